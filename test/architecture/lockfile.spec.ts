import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './house.js';

interface LockedPackage {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}
const readJson = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
const { packages } = readJson('package-lock.json') as { packages: Record<string, LockedPackage> };

describe('package-lock.json', () => {
  it('locks what package.json asks for', () => {
    const asked = readJson('package.json') as LockedPackage;
    const { dependencies, devDependencies, peerDependencies } = packages[''] ?? {};
    expect({ dependencies, devDependencies, peerDependencies }).toEqual({
      dependencies: asked.dependencies,
      devDependencies: asked.devDependencies,
      peerDependencies: asked.peerDependencies,
    });
  });

  // `npm ci` refuses a lock file that leaves out the binaries of other platforms, on every platform.
  it('names the optional packages of every platform', () => {
    const absent = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      ),
    );
    expect(absent).toEqual([]);
  });
});
