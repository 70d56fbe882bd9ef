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
/** The modules one by one, as the compiler writes them. */
const COMPILED = inRoot('out', 'compiled');
const BUILD_INFO = join(COMPILED, '.tsbuildinfo');
/** What is published: types module by module, code in a few files, and what that reads. */
const DIST = inRoot('dist');
const STAMP = join(DIST, '.stamp');
const ASSETS = ['.sql', '.lua', '.json'];
const BOUND_MS = 300_000;

/**
 * Compiles lib/ and joins it to dist/: what has changed, and nothing when nothing has.
 * @returns {Promise<boolean>} whether dist/ is good
 */
export async function build() {
  ensureInstalled();
  const sources = filesBelow(LIB);
  const modules = sources.filter(isModule).map((file) => file.replace(/\.ts$/, ''));
  const code = modules.map((name) => `${name}.js`);
  const types = modules.map((name) => `${name}.d.ts`);
  removeOthers(COMPILED, [...code, '.tsbuildinfo']);
  const stamp = fingerprint(sources);
  const last = lastBuild();
  // What a file that was renamed or deleted in lib/ has left behind would still be importable.
  if (last !== undefined) removeOthers(DIST, [...last.files, '.stamp']);
  if (last?.stamp === stamp && hasAll(DIST, last.files) && hasAll(COMPILED, code)) return true;

  // tsc trusts its notes about what it wrote; a file that somebody deleted would never come back.
  const isComplete = hasAll(COMPILED, code) && hasAll(DIST, types);
  if (!isComplete) rmSync(BUILD_INFO, { force: true });
  const args = [commandOf('typescript', 'tsc'), '-p', inRoot('tsconfig.build.json')];
  const { code: result } = await runBounded(args, { boundMs: BOUND_MS });
  if (result !== 0) return false;

  const assets = sources.filter(isAsset);
  for (const file of assets) {
    mkdirSync(dirname(join(DIST, file)), { recursive: true });
    copyFileSync(join(LIB, file), join(DIST, file));
  }
  const { bundlePackage } = await import('./support/bundle-package.mjs');
  const files = [...types, ...assets, ...(await bundlePackage(COMPILED, DIST))];
  removeOthers(DIST, files);
  writeFileSync(STAMP, JSON.stringify({ stamp, files }));
  return true;
}

/** What the last one was made of, and the files that it left in dist/. */
function lastBuild() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'));
  } catch {
    return undefined;
  }
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
const isModule = (file) => file.endsWith('.ts') && !file.endsWith('.d.ts');
const hasAll = (folder, files) => files.every((file) => existsSync(join(folder, file)));

/** Of everything that decides what dist/ is. */
function fingerprint(sources) {
  const hash = createHash('sha256');
  const own = ['tsconfig.json', 'tsconfig.build.json', 'package.json', 'scripts/support/bundle-package.mjs'];
  for (const path of [...own.map((file) => inRoot(file)), ...sources.map((file) => join(LIB, file))]) {
    hash.update(`\0${relative(LIB, path).split(sep).join('/')}\0`).update(readFileSync(path));
  }
  for (const tool of ['typescript', 'rolldown'])
    hash.update(readJson(inRoot('node_modules', tool, 'package.json')).version);
  return hash.digest('hex');
}

function removeOthers(folder, files) {
  const keep = new Set(files);
  for (const file of filesBelow(folder)) if (!keep.has(file)) rmSync(join(folder, file));
}

if (isEntry(import.meta.url)) process.exitCode = (await build()) ? 0 : 1;
