import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const built = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

export default defineConfig({
  // Nest reads the types of constructor parameters.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  // Only here, where the package is the repository itself; an app has it in its node_modules.
  resolve: {
    alias: [
      { find: /^nestjs-tasks$/, replacement: built('index.js') },
      { find: /^nestjs-tasks\/testing$/, replacement: built('testing/index.js') },
    ],
  },
  test: { include: ['test/**/*.spec.ts'] },
});
