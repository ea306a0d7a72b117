import ts from 'typescript';

/** The first node of a file, in reading order, that `isWanted`. */
export function findNode<Node extends ts.Node>(
  source: ts.SourceFile,
  isWanted: (node: ts.Node) => node is Node,
): Node | undefined {
  const visit = (node: ts.Node): Node | undefined => (isWanted(node) ? node : ts.forEachChild(node, visit));
  return visit(source);
}

export const parse = (file: string, text: string): ts.SourceFile =>
  ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);

/** The text of a file with one more element at the end of one of its array literals; everything else stays as it is. */
export function appendElement(array: ts.ArrayLiteralExpression, element: string): string {
  const { text } = array.getSourceFile();
  const { elements } = array;
  const needsComma = elements.length > 0 && !elements.hasTrailingComma;
  const end = array.getEnd() - 1;
  return `${text.slice(0, elements.end)}${needsComma ? ',' : ''}${text.slice(elements.end, end)}${element},${text.slice(end)}`;
}
