import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Loads a peer from `bench/peers`, where alone it is installed. */
export async function loadPeer<T>(name: string): Promise<T> {
  const require = createRequire(new URL('../peers/package.json', import.meta.url));
  return (await import(pathToFileURL(require.resolve(name)).href)) as T;
}
