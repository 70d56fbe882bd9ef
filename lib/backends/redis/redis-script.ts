import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `--- @include "path"` on a line of its own: the file, relative to the one that names it, stands there instead. */
const INCLUDE = /^---[ \t]*@include[ \t]+["'](.+?)["'][ \t]*$/gm;

/** A Lua script and the name that the server knows it by. */
export interface RedisScript {
  /** The file's name, for messages. */
  readonly name: string;
  readonly lua: string;
  /** SHA-1 of its text: two versions of an app have two scripts, and neither disturbs the other. */
  readonly sha: string;
}

/**
 * Reads a script that stands in a file of its own, with what it includes. A file that is named several times is taken once,
 * at the first.
 *
 * @param file `new URL('./scripts/claim.lua', import.meta.url)`
 * @throws Error for a file that is not there, or that includes itself
 */
export function loadScript(file: URL): RedisScript {
  const lua = resolve(file, [], new Set());
  const name = file.pathname.slice(file.pathname.lastIndexOf('/') + 1);
  return { name, lua, sha: createHash('sha1').update(lua).digest('hex') };
}

function resolve(file: URL, within: readonly string[], taken: Set<string>): string {
  if (within.includes(file.href)) throw new Error(`${fileURLToPath(file)} includes itself.`);
  if (taken.has(file.href)) return '';
  taken.add(file.href);
  return readFileSync(file, 'utf8').replace(INCLUDE, (_, path: string) =>
    resolve(new URL(path.endsWith('.lua') ? path : `${path}.lua`, file), [...within, file.href], taken),
  );
}
