import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Rooms in their order: one imports only from rooms before it. */
export const CORRIDOR = [
  'contract',
  'errors',
  'codecs',
  'schemas',
  'config',
  'decorators',
  'events',
  'context',
  'backends',
  'state',
  'queue',
  'handlers',
  'middleware',
  'execution',
  'worker',
  'background',
  'scheduling',
  'module',
];
/** Rooms off the corridor: they may import any room, and no room imports them. */
export const LEAVES = ['health', 'metrics', 'tracing', 'dashboard', 'cli', 'testing'];

export interface SourceFile {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** The first folder below `lib/`; '' for the module files, the front door and all that is outside. */
  readonly room: string;
}

export const roomOf = (path: string): string => /^lib\/([^/]+)\//.exec(path)?.[1] ?? '';

export const sourceFile = (path: string): SourceFile => ({
  path,
  text: readFileSync(join(ROOT, path), 'utf8'),
  room: roomOf(path),
});

/** All files below a folder of the project that end so; what is installed or generated is left out. */
export function filesBelow(folder: string, ending = '.ts'): SourceFile[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !/(^|\/)(node_modules|dist|out)\//.test(path))
    .toSorted()
    .map(sourceFile);
}

export const library = filesBelow('lib');

/** What a file imports or exports from elsewhere, types included, as it is written. */
export const importsOf = (file: SourceFile): string[] =>
  ts.preProcessFile(file.text, true, true).importedFiles.map((imported) => imported.fileName);

/** The same without what is gone once it is compiled: `import type` and `export type`. */
export function loadedBy(file: SourceFile): string[] {
  const { statements } = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ESNext, true);
  return statements.flatMap((statement) => {
    const isErased =
      (ts.isImportDeclaration(statement) && statement.importClause?.isTypeOnly) ||
      (ts.isExportDeclaration(statement) && statement.isTypeOnly);
    const isImport = ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement);
    const specifier = isImport && !isErased ? statement.moduleSpecifier : undefined;
    return specifier !== undefined && ts.isStringLiteral(specifier) ? [specifier.text] : [];
  });
}

/** The project file that a relative import means; nothing for a package. */
export function targetOf(file: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return join(file.path, '..', specifier).split(sep).join('/').replace(/\.js$/, '.ts');
}
