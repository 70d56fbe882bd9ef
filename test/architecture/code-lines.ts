import ts from 'typescript';

/** How many lines of a TypeScript text hold code: blank lines and comments do not count. */
export function codeLines(text: string): number {
  const file = ts.createSourceFile('counted.ts', text, ts.ScriptTarget.ESNext, false);
  const lines = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.EndOfFileToken) return;
    const children = node.getChildren(file).filter((child) => !ts.isJSDoc(child));
    if (children.length > 0) return children.forEach(visit);
    if (node.getWidth(file) === 0) return;
    const first = file.getLineAndCharacterOfPosition(node.getStart(file)).line;
    const last = file.getLineAndCharacterOfPosition(node.end).line;
    for (let line = first; line <= last; line++) lines.add(line);
  };
  visit(file);
  return lines.size;
}
