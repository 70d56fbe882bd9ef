import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './manifest.js';
import { runNode } from './run.js';

describe('the project', () => {
  it('has no file, export or dependency that nothing uses, and uses none that it does not name', async () => {
    const knip = join(ROOT, 'node_modules/knip/bin/knip.js');
    const { code, output } = await runNode([knip, '--no-progress'], ROOT);
    expect({ code, found: code === 0 ? '' : output }).toEqual({ code: 0, found: '' });
  });
});
