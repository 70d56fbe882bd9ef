import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const inRoot = (...parts) => join(ROOT, ...parts);

export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Whether the module of that URL is the one that node was started with. */
export function isEntry(moduleUrl) {
  const [, entry] = process.argv;
  return entry !== undefined && realpathSync(entry) === fileURLToPath(moduleUrl);
}

/**
 * The script behind an installed command. It is run with this very node: no shell, no npx, which would look for
 * a newer one first.
 */
export function commandOf(packageName, command = packageName) {
  const folder = inRoot('node_modules', packageName);
  const { bin } = readJson(join(folder, 'package.json'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}
