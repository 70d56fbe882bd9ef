import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const common = {
  resolve: {
    alias: [
      { find: /^nestjs-tasks\/([a-z-]+)$/, replacement: path('./lib/$1/index.ts') },
      { find: /^nestjs-tasks$/, replacement: path('./lib/index.ts') },
    ],
  },
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
} as const;

const suites = ['unit', 'contract', 'property', 'e2e', 'docs', 'architecture'];

/** Whose files have a process each. Others share the modules of one: to load them anew for each took five times as long as all tests of `unit`. */
const ISOLATED = ['chaos', 'pack'];

/** Most of these wait, for processes of their own and for brokers: on two cores a worker each took twice as long. */
const WAITING: Readonly<Record<string, number>> = { contract: 4, e2e: 4 };

const suite = (name: string) => ({
  name,
  isolate: ISOLATED.includes(name),
  ...(WAITING[name] ? { maxWorkers: WAITING[name] } : {}),
  include: [`test/${name}/**/*.spec.ts`],
  setupFiles: ['test/setup.ts'],
  sequence: { hooks: 'stack' as const },
  // These read and compile the whole project.
  testTimeout: ['docs', 'architecture'].includes(name) ? 120_000 : 20_000,
});

export default defineConfig({
  ...common,
  test: {
    // By itself it leaves a core free, which on two is every second.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      ...suites.map((name) => ({ ...common, test: suite(name) })),
      // Processes die here, and servers. Most of it is waiting for that, so a second run goes on meanwhile; alone in a long one.
      {
        ...common,
        test: {
          ...suite('chaos'),
          globalSetup: ['test/chaos/global-setup.ts'],
          fileParallelism: process.env['TASKS_TEST_LONG'] !== '1',
        },
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
