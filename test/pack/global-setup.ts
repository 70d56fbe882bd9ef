import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { install, nodeBinary, type Packed } from './installs.js';
import { ROOT, peersOf, readManifest } from './manifest.js';
import { NODE_VERSIONS } from './nodes.js';
import { runNpm, unpack } from './run.js';

declare module 'vitest' {
  interface ProvidedContext {
    readonly packed: Packed;
    /** A folder where the tarball is installed with every peer. */
    readonly withPeers: string;
    /** A folder where it is installed with those alone that it cannot do without. */
    readonly withoutPeers: string;
    /** The binary of each version of Node that is tested. */
    readonly nodes: Readonly<Record<string, string>>;
  }
}

/** Packs what would be published, once for all tests, and installs it as an app would. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nestjs-tasks-pack-')));
  const made = (name: string): string => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  };
  const packed = await pack(folder);
  const manifest = readManifest();
  const needed = peersOf(manifest, false);
  project.provide('packed', packed);
  // Beside the peers, what an app of Nest has that answers requests.
  const all = [...needed, ...peersOf(manifest, true), '@nestjs/platform-express'];
  // Mostly waiting for the registry, the first time: all at once.
  const [withPeers, withoutPeers, nodes] = await Promise.all([
    install(packed, all, made('all')),
    install(packed, needed, made('bare')),
    Promise.all(NODE_VERSIONS.map(async (version) => [version, await nodeBinary(version)] as const)),
  ]);
  project.provide('withPeers', withPeers);
  project.provide('withoutPeers', withoutPeers);
  project.provide('nodes', Object.fromEntries(nodes));
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Builds by itself: a tarball of a fresh clone held no code. */
async function pack(folder: string): Promise<Packed> {
  await runNpm(['pack', '--pack-destination', folder], ROOT);
  const [file] = readdirSync(folder);
  if (file === undefined) throw new Error('npm pack wrote no tarball.');
  await unpack(join(folder, file), folder);
  const unpacked = join(folder, 'package');
  if (!existsSync(unpacked)) throw new Error('The tarball has no folder "package".');
  return { tarball: join(folder, file), unpacked };
}
