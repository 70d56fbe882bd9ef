import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, readManifest } from './manifest.js';
import { runNpm } from './run.js';

/**
 * A folder with `node_modules` of these packages. Installed when it is first asked for, and kept below
 * `node_modules/.cache`, so that later runs need neither the network nor the time.
 *
 * @param identity What decides whether a kept one is the right one.
 */
async function cached(packages: readonly string[], identity: unknown = packages): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 16);
  const folder = join(ROOT, 'node_modules', '.cache', 'pack', hash);
  if (existsSync(folder)) return folder;

  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  writeFileSync(join(unfinished, 'package.json'), '{ "private": true }');
  await runNpm(['install', '--prefer-offline', ...packages], unfinished);
  if (existsSync(folder)) rmSync(unfinished, { recursive: true });
  else renameSync(unfinished, folder);
  return folder;
}

/** The Node of that version, which comes as a package of npm. */
export async function nodeBinary(version: string): Promise<string> {
  if (process.version === `v${version}`) return process.execPath;
  const folder = await cached([`node@${version}`]);
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  return join(folder, 'node_modules', 'node', 'bin', file);
}

export interface Packed {
  readonly tarball: string;
  /** The folder that it unpacks to. */
  readonly unpacked: string;
}

/** The version that the project itself has installed: what was released since must not change a test. */
const sameAsHere = (name: string): string =>
  `${name}@${readManifest(join('node_modules', name, 'package.json')).version}`;

/**
 * Makes a folder in which the tarball and these peers are installed. It lies outside of the project, so that nothing
 * of the project's own packages is found from there.
 */
export async function install(packed: Packed, peers: readonly string[], folder: string): Promise<string> {
  const { dependencies, peerDependencies, peerDependenciesMeta } = readManifest();
  const packages = [...peers, '@types/node'].map(sameAsHere);
  const identity = [packages, dependencies, peerDependencies, peerDependenciesMeta];
  const kept = await cached([...packages, packed.tarball], identity);
  cpSync(join(kept, 'node_modules'), join(folder, 'node_modules'), { recursive: true });
  // The kept one may be of an earlier tarball that asked for the same.
  const own = join(folder, 'node_modules', readManifest().name);
  rmSync(own, { recursive: true });
  cpSync(packed.unpacked, own, { recursive: true });
  return folder;
}
