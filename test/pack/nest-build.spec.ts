import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { ROOT } from './manifest.js';
import { runNode } from './run.js';
import { ES_MODULES, writeApp } from './write-app.js';

describe('`nest build`', () => {
  it('compiles an app that uses the package, to one that runs', async () => {
    const folder = writeApp(inject('withPeers'), ES_MODULES);
    const nest = join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js');
    expect(await runNode([nest, 'build'], folder)).toMatchObject({ code: 0 });
    expect(await runNode(['dist/main.js'], folder)).toEqual({ code: 0, output: 'sent to ada@example.com\n' });
  });
});
