/** The part of a JSON Schema that says which values a variable takes. */
export interface JsonSchema {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly (string | number)[];
  readonly default?: string | number | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
}

/** In a few words for a table: `1 to 5000`, `URL`, `debug, info`. */
export function describeValues(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.format === 'uri') return 'URL';
  if (schema.type === 'integer' || schema.type === 'number') return describeRange(schema);
  if (schema.minLength !== undefined && schema.minLength > 1) return `text of at least ${schema.minLength} characters`;
  return schema.type === 'boolean' ? '`true`, `false`' : 'text';
}

/** Bounds that only say what any integer can be are left out. */
function describeRange({ type = 'number', minimum, maximum }: JsonSchema): string {
  const min = bound(minimum);
  const max = bound(maximum);
  if (min !== undefined && max !== undefined) return `${min} to ${max}`;
  if (min !== undefined) return `${type}, at least ${min}`;
  return max === undefined ? type : `${type}, at most ${max}`;
}

const bound = (value: number | undefined) =>
  value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER ? undefined : value;
