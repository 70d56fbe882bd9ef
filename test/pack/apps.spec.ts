import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { ROOT } from './manifest.js';
import { NODE_VERSIONS } from './nodes.js';
import { type Ran, runNode } from './run.js';
import { type AppSettings, ES_MODULES, writeApp } from './write-app.js';

interface App extends AppSettings {
  readonly title: string;
  /** The folder of another compiler than the project's own. */
  readonly compiler?: string;
  readonly peers?: 'none';
}

const OLDER = 'typescript-5.9';
const APPS: readonly App[] = [
  { title: 'of ES modules', ...ES_MODULES },
  { title: 'of ES modules, with TypeScript 5.9', ...ES_MODULES, compiler: OLDER },
  { title: 'of ES modules, without any optional peer', ...ES_MODULES, peers: 'none' },
  { title: 'of CommonJS', ...ES_MODULES, type: 'commonjs' },
  {
    title: 'of CommonJS as it was, with TypeScript 5.9',
    type: 'commonjs',
    module: 'commonjs',
    moduleResolution: 'node10',
    compiler: OLDER,
  },
];

function compile(folder: string, compiler = 'typescript'): Promise<Ran> {
  const tsc = join(ROOT, 'node_modules', compiler, 'bin', 'tsc');
  return runNode([tsc, '-p', folder, '--pretty', 'false'], folder);
}

describe.each(APPS)('an app $title', ({ peers, compiler, ...settings }) => {
  let folder: string;
  let compiled: Ran;
  beforeAll(async () => {
    folder = writeApp(inject(peers === 'none' ? 'withoutPeers' : 'withPeers'), settings);
    compiled = await compile(folder, compiler);
  });

  it('compiles', () => {
    expect(compiled).toEqual({ code: 0, output: '' });
  });

  it.each(NODE_VERSIONS)('runs on Node %s, says nothing but its own, and ends by itself', async (version) => {
    const ran = await runNode([join('dist', 'main.js')], folder, inject('nodes')[version]);
    expect(ran).toEqual({ code: 0, output: 'sent to ada@example.com\n' });
  });
});

describe('an app of CommonJS with `module: node16`', () => {
  it('does not compile: under that setting a CommonJS file cannot require an ES module', async () => {
    const settings = { type: 'commonjs', module: 'node16', moduleResolution: 'node16' } as const;
    const { code, output } = await compile(writeApp(inject('withPeers'), settings), OLDER);
    expect({ code, errors: new Set(output.match(/TS\d+/g)) }).toEqual({
      code: 2,
      errors: new Set(['TS1479']),
    });
  });
});
