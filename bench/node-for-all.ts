import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The Node that runs every subject beside peers: two of those on PostgreSQL refuse the oldest that we support, and what is
 * faster on a newer one, texts above all, differs from product to product.
 */
export function nodeForAll(): string {
  const require = createRequire(new URL('../peers/package.json', import.meta.url));
  return join(
    dirname(require.resolve('node/package.json')),
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
}

export function versionOf(node: string): string {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
}
