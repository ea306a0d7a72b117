import ts from 'typescript';
import { GeneratorError } from '../generator-error.ts';
import { appendElement, findNode, parse } from './array-literal.ts';

export const topicsFile = 'libs/contracts/src/topics.ts';

/** The list of topics with one more group at `topic`, which gives the group its dead-letter topic. */
export function addTopicGroup(text: string, topic: string, group: string): string {
  const isTopic = (node: ts.Node): node is ts.ObjectLiteralExpression =>
    ts.isObjectLiteralExpression(node) && isString(valueOf(node, 'name'), topic);
  const object = findNode(parse(topicsFile, text), isTopic);
  const groups = object && valueOf(object, 'groups');
  if (groups && ts.isArrayLiteralExpression(groups)) return appendElement(groups, `'${group}'`);
  throw new GeneratorError(`${topicsFile} has no { name: '${topic}', groups: […] } to add the group to.`);
}

function valueOf(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const property = object.properties.find((each) => each.name?.getText() === name);
  return property && ts.isPropertyAssignment(property) ? property.initializer : undefined;
}

const isString = (node: ts.Expression | undefined, text: string): boolean =>
  node !== undefined && ts.isStringLiteralLike(node) && node.text === text;
