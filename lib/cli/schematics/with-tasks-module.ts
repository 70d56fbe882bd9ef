import type typescript from 'typescript';

const IMPORT = `import { TasksModule } from 'nestjs-tasks';`;
const CALL = 'TasksModule.forRoot()';

/**
 * The source of a module with `TasksModule.forRoot()` as the last of its imports; all else stays as it was written.
 * @returns the same text where it is there already; undefined where no class has `@Module({ … })`
 */
export function withTasksModule(ts: typeof typescript, text: string): string | undefined {
  if (/\bTasksModule\s*\.\s*forRoot/.test(text)) return text;
  const file = ts.createSourceFile('app.module.ts', text, ts.ScriptTarget.Latest, true);
  const settings = settingsOf(ts, file);
  if (settings === undefined) return undefined;
  const inserted = insertInto(ts, text, settings);
  const imports = file.statements.filter((statement) => ts.isImportDeclaration(statement));
  const place = imports.at(-1)?.getEnd() ?? 0;
  const line = place === 0 ? `${IMPORT}\n\n` : `\n${IMPORT}`;
  return `${inserted.slice(0, place)}${line}${inserted.slice(place)}`;
}

/** What `@Module()` is given. */
function settingsOf(
  ts: typeof typescript,
  file: typescript.SourceFile,
): typescript.ObjectLiteralExpression | undefined {
  for (const statement of file.statements) {
    if (!ts.isClassDeclaration(statement)) continue;
    for (const { expression } of ts.getDecorators(statement) ?? []) {
      if (!ts.isCallExpression(expression) || expression.expression.getText() !== 'Module') continue;
      const [given] = expression.arguments;
      if (given !== undefined && ts.isObjectLiteralExpression(given)) return given;
    }
  }
  return undefined;
}

/** Behind all import statements of the file, so their places stay. */
function insertInto(
  ts: typeof typescript,
  text: string,
  settings: typescript.ObjectLiteralExpression,
): string {
  const imports = settings.properties.find(
    (property): property is typescript.PropertyAssignment =>
      ts.isPropertyAssignment(property) && property.name.getText() === 'imports',
  );
  const at = (place: number, added: string): string => `${text.slice(0, place)}${added}${text.slice(place)}`;
  if (imports === undefined) return at(settings.getStart() + 1, `\n  imports: [${CALL}],`);
  const list = imports.initializer;
  if (!ts.isArrayLiteralExpression(list)) return at(list.getEnd(), `.concat(${CALL})`);
  const last = list.elements.at(-1);
  return last === undefined ? at(list.getStart() + 1, CALL) : at(last.getEnd(), `, ${CALL}`);
}
