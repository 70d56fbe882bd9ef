import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const common = {
  resolve: {
    alias: [
      { find: /^nestjs-tasks\/testing$/, replacement: path('./lib/testing/index.ts') },
      { find: /^nestjs-tasks$/, replacement: path('./lib/index.ts') },
    ],
  },
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
} as const;

const suites = ['unit', 'contract', 'property', 'e2e', 'docs', 'architecture'];

const suite = (name: string) => ({
  name,
  include: [`test/${name}/**/*.spec.ts`],
  setupFiles: ['test/setup.ts'],
  sequence: { hooks: 'stack' as const },
  testTimeout: name === 'docs' ? 120_000 : 20_000,
});

export default defineConfig({
  ...common,
  test: {
    projects: [
      ...suites.map((name) => ({ ...common, test: suite(name) })),
      // Processes die here, and servers: a run at a time, so that jobs flow.
      {
        ...common,
        test: { ...suite('chaos'), globalSetup: ['test/chaos/global-setup.ts'], fileParallelism: false },
      },
      // Runs what would be published, in processes of its own: compilers and apps take their time.
      {
        test: {
          ...suite('pack'),
          globalSetup: ['test/pack/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
