import { isMap, isScalar, type Pair, parseDocument, type Scalar, type YAMLMap } from 'yaml';
import { GeneratorError } from '../generator-error.ts';
import type { ConsumerPlan } from '../plan-consumer.ts';

export const composeFile = 'docker-compose.yml';

type Named = Pick<ConsumerPlan, 'api' | 'app' | 'prefix'>;

/**
 * docker-compose.yml with the service of a consumer app, after the last one there is; everything else stays as it is,
 * comments, too.
 */
export function addComposeService(text: string, plan: Named): string {
  const services = servicesOf(text);
  if (services.has(plan.app)) throw new GeneratorError(`${composeFile} has a service ${plan.app}. Delete it first.`);
  const consumers = services.items.filter(({ key }) => nameOf(key).endsWith('-consumer'));
  const end = endOf(consumers.at(-1) ?? services.items.at(-1), text);
  return checked(`${text.slice(0, end).trimEnd()}\n\n${entry(plan)}${text.slice(end)}`);
}

function servicesOf(text: string): YAMLMap {
  const services = parseDocument(text).get('services');
  if (isMap(services)) return services;
  throw new GeneratorError(`${composeFile} has no services to add the app to.`);
}

const nameOf = (key: unknown): string => String(isScalar(key) ? key.value : key);

/** Where the line after a service begins. */
function endOf(service: Pair | undefined, text: string): number {
  const [, valueEnd = text.length] = (service?.value as Scalar | null)?.range ?? [];
  const lastLine = text.slice(0, valueEnd).trimEnd().length;
  const newline = text.indexOf('\n', lastLine);
  return newline < 0 ? text.length : newline + 1;
}

function entry({ api, app, prefix }: Named): string {
  const lines = [
    `${app}:`,
    `  <<: *consumer`,
    `  build: { <<: *build, args: { APP: ${app} } }`,
    `  environment:`,
    `    <<: *consumer-environment`,
    `    ${prefix}_API_URL: http://stub-apis:8090/apis/${api}`,
    `    ${prefix}_API_TOKEN: \${${prefix}_API_TOKEN:-}`,
  ];
  return lines.map((line) => `  ${line}\n`).join('');
}

/** Reading it fails where an anchor is gone that the entry needs. */
function checked(text: string): string {
  try {
    parseDocument(text, { merge: true }).toJS();
    return text;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GeneratorError(`${composeFile} cannot take the service of a consumer: ${reason}`, { cause: error });
  }
}
