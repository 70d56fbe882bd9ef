import ts from 'typescript';

const COLLECTIONS = ['Map', 'Set', 'WeakMap', 'WeakSet', 'Array'];

/** What in a file is shared by everything in the process and can change: the names of variables and static fields. */
export function sharedState(text: string): string[] {
  const file = ts.createSourceFile('searched.ts', text, ts.ScriptTarget.ESNext, true);
  return file.statements.flatMap((statement) => {
    // What is only declared exists for the compiler alone.
    if (has(statement, ts.SyntaxKind.DeclareKeyword)) return [];
    if (ts.isVariableStatement(statement)) return mutableVariables(statement.declarationList);
    if (ts.isClassDeclaration(statement)) return mutableStatics(statement);
    return [];
  });
}

function mutableVariables({ declarations, flags }: ts.VariableDeclarationList): string[] {
  const isConst = (flags & ts.NodeFlags.Const) !== 0;
  return declarations
    .filter((declaration) => !isConst || isMutable(declaration))
    .map(({ name }) => name.getText());
}

function mutableStatics(declaration: ts.ClassDeclaration): string[] {
  return declaration.members
    .filter(ts.isPropertyDeclaration)
    .filter((field) => has(field, ts.SyntaxKind.StaticKeyword))
    .filter((field) => !has(field, ts.SyntaxKind.ReadonlyKeyword) || isMutable(field))
    .map(({ name }) => `static ${name.getText()}`);
}

const has = (node: ts.Node, kind: ts.SyntaxKind): boolean =>
  ts.canHaveModifiers(node) && (node.modifiers?.some((modifier) => modifier.kind === kind) ?? false);

/** A collection that is not declared as read-only. */
function isMutable({ type, initializer }: ts.VariableDeclaration | ts.PropertyDeclaration): boolean {
  if (initializer === undefined) return true;
  if (type !== undefined && /^(Readonly|readonly )/.test(type.getText())) return false;
  if (ts.isNewExpression(initializer)) return COLLECTIONS.includes(initializer.expression.getText());
  if (ts.isObjectLiteralExpression(initializer)) return initializer.properties.length === 0;
  return ts.isArrayLiteralExpression(initializer);
}
