import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { MissingPeerError } from '../../errors/index.js';

/**
 * From now on this process reads TypeScript: the app's own compiler makes of it what decorators and injection need, which Node's own
 * stripping of types does not. Types are not checked; that is the build's business.
 *
 * @param file Of the app; its compiler is looked for from there.
 * @throws MissingPeerError when the app has no compiler
 */
export function readTypeScript(file: string): void {
  let compiler: string;
  try {
    compiler = createRequire(pathToFileURL(file)).resolve('typescript');
  } catch (cause) {
    throw new MissingPeerError('typescript', '^5.9.0 || ^6.0.0', 'An app in TypeScript (`--app ….ts`)', {
      cause,
    });
  }
  register(`./typescript-hooks.js?${new URLSearchParams({ compiler }).toString()}`, import.meta.url);
}
