import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { ensureInstalled } from './ensure-install.mjs';
import { commandOf, inRoot, isEntry, readJson } from './support/project.mjs';
import { runBounded } from './support/run-bounded.mjs';

const LIB = inRoot('lib');
const DIST = inRoot('dist');
const STAMP = join(DIST, '.stamp');
const BUILD_INFO = join(DIST, '.tsbuildinfo');
const ASSETS = ['.sql', '.lua', '.json'];
const BOUND_MS = 300_000;

/**
 * Compiles lib/ to dist/: what has changed, and nothing when nothing has.
 * @returns {Promise<boolean>} whether dist/ is good
 */
export async function build() {
  ensureInstalled();
  const sources = filesBelow(LIB);
  const expected = new Set(sources.flatMap(outputsOf));
  const stamp = fingerprint(sources);
  const complete = [...expected].every((file) => existsSync(join(DIST, file)));
  const fresh = complete && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp;
  removeStale(expected);
  if (fresh) return true;

  // tsc trusts its notes about what it wrote; a file that somebody deleted would never come back.
  if (!complete) rmSync(BUILD_INFO, { force: true });
  const args = [commandOf('typescript', 'tsc'), '-p', inRoot('tsconfig.build.json')];
  const { code } = await runBounded(args, { boundMs: BOUND_MS });
  if (code !== 0) return false;
  for (const file of sources.filter(isAsset)) {
    mkdirSync(dirname(join(DIST, file)), { recursive: true });
    copyFileSync(join(LIB, file), join(DIST, file));
  }
  writeFileSync(STAMP, stamp);
  return true;
}

/** Paths of all files below a folder, relative to it, in a fixed order. */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .toSorted();
}

const isAsset = (file) => ASSETS.some((ending) => file.endsWith(ending));

function outputsOf(file) {
  if (isAsset(file)) return [file];
  if (!file.endsWith('.ts') || file.endsWith('.d.ts')) return [];
  return [file.replace(/\.ts$/, '.js'), file.replace(/\.ts$/, '.d.ts')];
}

/** Of everything that decides what dist/ is. */
function fingerprint(sources) {
  const hash = createHash('sha256');
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package.json'].map((file) => inRoot(file));
  for (const path of [...settings, ...sources.map((file) => join(LIB, file))]) {
    hash.update(`\0${relative(LIB, path).split(sep).join('/')}\0`).update(readFileSync(path));
  }
  hash.update(readJson(inRoot('node_modules', 'typescript', 'package.json')).version);
  return hash.digest('hex');
}

/** What a file that was renamed or deleted in lib/ has left behind would still be importable. */
function removeStale(expected) {
  for (const file of filesBelow(DIST)) {
    const path = join(DIST, file);
    if (!expected.has(file) && path !== STAMP && path !== BUILD_INFO) rmSync(path);
  }
}

if (isEntry(import.meta.url)) process.exitCode = (await build()) ? 0 : 1;
