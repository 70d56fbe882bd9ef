import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { inRoot } from './project.mjs';

/**
 * Every sample: a folder `sample/NN-name` whose README opens with a title and one line that says what it shows.
 * @returns {{ number: string, folder: string, description: string }[]}
 */
export function listSamples() {
  return readdirSync(inRoot('sample'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^\d+-/.test(entry.name))
    .map(({ name }) => ({
      number: name.slice(0, name.indexOf('-')),
      folder: `sample/${name}`,
      description: descriptionOf(inRoot('sample', name, 'README.md')),
    }))
    .toSorted((a, b) => a.number.localeCompare(b.number));
}

/** `1`, `01` and `01-quick-start` all name the first one. */
export function findSample(wanted) {
  const [digits] = /^\d+/.exec(wanted) ?? [];
  return listSamples().find(({ number }) => Number(number) === Number(digits));
}

function descriptionOf(readme) {
  if (!existsSync(readme)) return '';
  const lines = readFileSync(readme, 'utf8').split('\n');
  return lines.find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
}
