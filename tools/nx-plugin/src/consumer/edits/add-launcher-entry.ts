import ts from 'typescript';
import { GeneratorError } from '../generator-error.ts';
import type { ConsumerPlan } from '../plan-consumer.ts';
import { appendElement, findNode, parse } from './array-literal.ts';

export const launcherTable = 'tools/launcher/src/apps.ts';

/** The launcher's table with one more line. */
export function addLauncherEntry(text: string, { api, port }: Pick<ConsumerPlan, 'api' | 'port'>): string {
  const declaration = findNode(parse(launcherTable, text), isTable);
  if (!declaration) throw new GeneratorError(`${launcherTable} has no array called apps to add the app to.`);
  return appendElement(declaration.initializer, `consumerApp({ api: '${api}', port: ${port} })`);
}

type Table = ts.VariableDeclaration & { readonly initializer: ts.ArrayLiteralExpression };

const isTable = (node: ts.Node): node is Table =>
  ts.isVariableDeclaration(node) &&
  node.name.getText() === 'apps' &&
  node.initializer !== undefined &&
  ts.isArrayLiteralExpression(node.initializer);
