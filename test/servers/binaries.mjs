import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where servers are installed that are not in everybody's PATH. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/**
 * @param {readonly string[]} names in the order of preference
 * @param {readonly string[]} [folders] looked into besides
 * @returns {string | undefined} the path of the first that is there
 */
export function firstBinary(names, folders = []) {
  const all = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS, ...folders];
  const paths = names.flatMap((name) => all.filter(Boolean).map((folder) => join(folder, name)));
  return paths.find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
