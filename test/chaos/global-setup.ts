import { join } from 'node:path';
import { ROOT } from '../pack/manifest.js';
import { runNode } from '../pack/run.js';
import { transpile } from './harness/transpile.mjs';

/** Child processes run what is built. */
export default async function setup(): Promise<void> {
  const { code, output } = await runNode([join(ROOT, 'scripts/build.mjs')], ROOT);
  if (code !== 0) throw new Error(`lib/ does not compile:\n${output}`);
  await transpile();
}
