import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The commands of the installation that the app in this folder uses, where it has one: an app and its commands must mean the same classes, also where
 * `nest-tasks` was started from elsewhere.
 * @returns the URL of `run-cli.js`
 */
export function ownInstallation(folder: string): string {
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve('nestjs-tasks/package.json');
    return pathToFileURL(join(dirname(manifest), 'dist', 'cli', 'run-cli.js')).href;
  } catch {
    return new URL('./run-cli.js', import.meta.url).href;
  }
}
