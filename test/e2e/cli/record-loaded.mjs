/* `node --import …/record-loaded.mjs` writes a line to stderr for each module that is loaded. */
import { register } from 'node:module';
import { writeSync } from 'node:fs';

export async function load(url, context, nextLoad) {
  writeSync(2, `loaded ${url}\n`);
  return nextLoad(url, context);
}

if (!import.meta.url.endsWith('?hooks')) register(`${import.meta.url}?hooks`);
