import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** As much of a package.json as these tests look at. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly typesVersions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** @param path from the project's root; its own package.json by default */
export const readManifest = (path = 'package.json'): Manifest =>
  JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Manifest;

/** @param optional those that an app installs only for what it uses, or the others */
export function peersOf({ peerDependencies, peerDependenciesMeta }: Manifest, optional: boolean): string[] {
  return Object.keys(peerDependencies).filter(
    (name) => (peerDependenciesMeta[name]?.optional ?? false) === optional,
  );
}

/** `nestjs-tasks`, `nestjs-tasks/testing`, …: what an app can import, data apart. */
export const entryPointsOf = ({ name, exports }: Manifest): string[] =>
  Object.keys(exports)
    .filter((path) => !path.endsWith('.json'))
    .map((path) => name + path.slice(1));
