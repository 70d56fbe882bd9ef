import type { beforeAll } from 'vitest';

/** For a database that is made in WebAssembly, or a program that is installed first. */
export function withPatience(hook: typeof beforeAll): typeof beforeAll {
  return (body) => hook(body, 300_000);
}
