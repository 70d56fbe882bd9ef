import ts from 'typescript';

/** How many times a module waits outside of any function. */
export function topLevelAwaits(text: string): number {
  let found = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) return;
    if (waits(node)) found += 1;
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('module.js', text, ts.ScriptTarget.ESNext, true));
  return found;
}

function waits(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node)) return true;
  if (ts.isForOfStatement(node)) return node.awaitModifier !== undefined;
  // `using` and `await using` share bits: only both together are the latter.
  const { AwaitUsing } = ts.NodeFlags;
  return ts.isVariableDeclarationList(node) && Number(node.flags & AwaitUsing) === Number(AwaitUsing);
}
