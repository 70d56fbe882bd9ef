import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ROOT, inRoot, isEntry, readJson } from './support/project.mjs';

/**
 * Checks the Node version, and installs what package-lock.json names and node_modules lacks. Every other script calls
 * it first; when nothing is missing it costs a few milliseconds. Ends the process when it cannot help.
 */
export function ensureInstalled() {
  const { engines } = readJson(inRoot('package.json'));
  if (!satisfies(process.versions.node, engines.node)) {
    fail(`Node ${process.versions.node} is not supported: this project needs ${engines.node}.`);
  }
  const missing = missingPackages();
  if (missing.length === 0) return;
  console.log(`Installing what package-lock.json names (${describe(missing)}): npm ci`);
  if (npm('ci')) return;
  // A registry that lacks a binary of another platform makes `npm ci` refuse the lock file as a whole.
  console.log('npm ci failed; trying npm install, which can do without optional packages.');
  if (!npm('install')) fail('npm install failed too: see its message above, mend that, and run this again.');
}

/** @returns {boolean} whether it did what it was asked */
function npm(command) {
  const { status } = spawnSync('npm', [command, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  return status === 0;
}

/** By content, not by date: a checkout gives package-lock.json a new date without changing it. */
function missingPackages() {
  const wanted = Object.entries(readJson(inRoot('package-lock.json')).packages).filter(
    // Optional packages are those of other platforms.
    ([path, entry]) => path !== '' && entry.optional !== true && entry.link !== true,
  );
  const record = inRoot('node_modules', '.package-lock.json');
  const installed = existsSync(record) ? readJson(record).packages : {};
  return wanted
    .filter(([path, { version }]) => installed[path]?.version !== version || !existsSync(inRoot(path)))
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
}

function describe(missing) {
  if (!existsSync(inRoot('node_modules'))) return `${missing.length} packages, none is there yet`;
  return `missing or outdated: ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', …' : ''}`;
}

/** As much of the range syntax as `engines` uses: `^1.2.3` and `>=1.2.3`, joined by `||`. */
export function satisfies(version, range) {
  const have = numbers(version);
  return range.split('||').some((part) => {
    const text = part.trim();
    const least = numbers(text.replace(/^\D+/, ''));
    return compare(have, least) >= 0 && (!text.startsWith('^') || have[0] === least[0]);
  });
}

const numbers = (version) => version.split('.').map((part) => Number.parseInt(part, 10));

function compare(a, b) {
  const place = a.findIndex((value, index) => value !== b[index]);
  return place === -1 ? 0 : a[place] - b[place];
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

if (isEntry(import.meta.url)) ensureInstalled();
