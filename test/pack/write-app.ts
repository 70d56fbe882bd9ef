import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './manifest.js';

export interface AppSettings {
  /** `type` of its package.json. */
  readonly type: 'module' | 'commonjs';
  readonly module: string;
  readonly moduleResolution: string;
}

/** What the scaffold of Nest writes today. */
export const ES_MODULES: AppSettings = { type: 'module', module: 'nodenext', moduleResolution: 'nodenext' };

/**
 * Writes the app of `apps/main.ts`, with these settings, below a folder where the package is installed.
 * @returns its folder
 */
export function writeApp(installed: string, { type, module, moduleResolution }: AppSettings): string {
  const folder = mkdtempSync(join(installed, 'app-'));
  const write = (name: string, content: object): void =>
    writeFileSync(join(folder, name), JSON.stringify(content));
  write('package.json', { private: true, type });
  write('nest-cli.json', { sourceRoot: 'src' });
  write('tsconfig.json', {
    compilerOptions: {
      target: 'ES2022',
      module,
      moduleResolution,
      types: ['node'],
      strict: true,
      esModuleInterop: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      skipLibCheck: true,
      rootDir: 'src',
      outDir: 'dist',
    },
    include: ['src'],
  });
  mkdirSync(join(folder, 'src'));
  cpSync(join(ROOT, 'test/pack/apps/main.ts'), join(folder, 'src/main.ts'));
  return folder;
}
