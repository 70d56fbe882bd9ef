import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const IMPORTED = /(?:\bfrom\s*|\bimport\s*\(\s*|\brequire\s*\(\s*)['"](\.{1,2}\/[^'"]+)['"]/g;
/** What an import without an ending, or with that of what it is compiled to, may mean. */
const ENDINGS: readonly (readonly [RegExp, string])[] = [
  [/$/, ''],
  [/$/, '.js'],
  [/$/, '.ts'],
  [/\.js$/, '.ts'],
];

/**
 * The file that declares a class, among those that a file imports: a guess by their texts, for a message.
 * @returns its path as it would be typed in that folder
 */
export function fileOfClass(importer: string, name: string, folder: string): string | undefined {
  const declared = new RegExp(`\\bclass ${name.replaceAll('$', '\\$')}\\b`);
  for (const [, specifier = ''] of (textOf(importer) ?? '').matchAll(IMPORTED)) {
    for (const [before, after] of ENDINGS) {
      const file = join(dirname(importer), specifier.replace(before, after));
      if (declared.test(textOf(file) ?? '')) return relative(folder, file);
    }
  }
  return undefined;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
