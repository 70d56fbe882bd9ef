import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { ROOT } from './manifest.js';
import { runNode } from './run.js';

const bin = (name: string, file: string): string => join(ROOT, 'node_modules', name, file);
const NEST = bin('@nestjs/cli', 'bin/nest.js');
const SCHEMATICS = bin('@angular-devkit/schematics-cli', 'bin/schematics.js');

/** The two kinds of app that the generator of Nest writes; `nest new` asks for no other than the first. */
const KINDS = [
  {
    kind: 'ES modules',
    args: [NEST, 'new', 'shop', '--skip-install', '--skip-git', '-p', 'npm'],
    ending: '.js',
  },
  {
    kind: 'CommonJS',
    args: [SCHEMATICS, '@nestjs/schematics:application', '--name=shop', '--type=cjs', '--no-dry-run'],
    ending: '',
  },
];

/** What a user writes next: a class with a task. */
const TASKS = `import { Injectable } from '@nestjs/common';
import { Task } from 'nestjs-tasks';

@Injectable()
export class MailTasks {
  @Task({ name: 'send-email' })
  async send({ to }: { to: string }): Promise<string> {
    return \`sent to \${to}\`;
  }
}
`;

/** Starts the app over HTTP, as its main.ts does, and runs a job of it. */
const START = `
  const { NestFactory } = await import('@nestjs/core');
  const { TaskManager } = await import('nestjs-tasks');
  const { AppModule } = await import('./dist/app.module.js');
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const page = await fetch(await app.getUrl());
  const job = await app.get(TaskManager).enqueue('send-email', { to: 'ada@example.com' });
  console.log(await page.text(), await job.result({ timeout: '10s' }));
  await app.close();`;

describe.each(KINDS)(
  'A fresh app of $kind, as `nest new` writes it',
  { timeout: 240_000 },
  ({ args, ending }) => {
    it('imports TasksModule after `nest add nestjs-tasks`, is built by `nest build`, starts and runs a task', async () => {
      // Below a folder in which the tarball is installed: nothing of the project's own packages is found from there.
      const place = mkdtempSync(join(inject('withPeers'), 'new-'));
      expect(await runNode(args, place)).toMatchObject({ code: 0 });
      const folder = join(place, 'shop');
      const file = (name: string): string => join(folder, 'src', name);
      const before = readFileSync(file('app.module.ts'), 'utf8');
      const added = await runNode([NEST, 'add', 'nestjs-tasks', '--skip-install'], folder);
      expect(added).toMatchObject({ code: 0, output: expect.stringContaining('UPDATE') });
      const after = readFileSync(file('app.module.ts'), 'utf8');
      expect(after).toBe(
        before
          .replace(/(from '\.\/app\.service(?:\.js)?';)/, "$1\nimport { TasksModule } from 'nestjs-tasks';")
          .replace('imports: []', 'imports: [TasksModule.forRoot()]'),
      );
      writeFileSync(file('mail.tasks.ts'), TASKS);
      writeFileSync(
        file('app.module.ts'),
        `import { MailTasks } from './mail.tasks${ending}';\n${after.replace('providers: [', 'providers: [MailTasks, ')}`,
      );
      standInForTests(join(place, 'node_modules'));
      expect(await runNode([NEST, 'build'], folder)).toEqual({ code: 0, output: '' });
      expect(await runNode(['--input-type=module', '-e', START], folder)).toEqual({
        code: 0,
        output: 'Hello World! sent to ada@example.com\n',
      });
    });
  },
);

/** The build compiles no test, and insists on the types of the runner all the same. */
function standInForTests(modules: string): void {
  for (const types of ['vitest/globals.d.ts', '@types/jest/index.d.ts']) {
    mkdirSync(join(modules, types, '..'), { recursive: true });
    writeFileSync(join(modules, types), 'export {};\n');
  }
}
