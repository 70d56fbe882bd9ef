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

/** Files that come right after others wherever those are included: by the address of the other. */
export type Companions = ReadonlyMap<string, URL>;

/**
 * Reads a script that stands in a file of its own, with what it includes. A file that is named several times is taken once,
 * at the first.
 *
 * @param file `new URL('./scripts/claim.lua', import.meta.url)`
 * @param companions What comes with included files that do not name it themselves. Default: nothing.
 * @throws Error for a file that is not there, or that includes itself
 */
export function loadScript(file: URL, companions: Companions = new Map()): RedisScript {
  const lua = resolve(file, companions, [], new Set());
  return scriptOf(file.pathname.slice(file.pathname.lastIndexOf('/') + 1), lua);
}

export function scriptOf(name: string, lua: string): RedisScript {
  return { name, lua, sha: createHash('sha1').update(lua).digest('hex') };
}

function resolve(file: URL, companions: Companions, within: readonly string[], taken: Set<string>): string {
  if (within.includes(file.href)) throw new Error(`${fileURLToPath(file)} includes itself.`);
  if (taken.has(file.href)) return '';
  taken.add(file.href);
  const lua = readFileSync(file, 'utf8').replace(INCLUDE, (_, path: string) =>
    resolve(
      new URL(path.endsWith('.lua') ? path : `${path}.lua`, file),
      companions,
      [...within, file.href],
      taken,
    ),
  );
  const companion = companions.get(file.href);
  return companion === undefined ? lua : `${lua}\n${resolve(companion, companions, within, taken)}`;
}
