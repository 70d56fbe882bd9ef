import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject, it, expect, describe } from 'vitest';
import { ROOT } from './manifest.js';
import { type Ran, runNode } from './run.js';
import { ES_MODULES, writeApp } from './write-app.js';

/** As `nest new` writes it. */
const FRESH = `import { Module } from '@nestjs/common';
import { AppController } from './app.controller.js';
import { AppService } from './app.service.js';

@Module({
  imports: [],
  controllers: [AppController],
  providers: [AppService],
})
export class AppModule {}
`;

/** An app in which the tarball is installed, with this root module; the schematic runs as `nest add` runs it. */
async function nestAdd(module: string | undefined): Promise<{ readonly folder: string; readonly ran: Ran }> {
  const folder = writeApp(inject('withPeers'), ES_MODULES);
  mkdirSync(join(folder, 'src'), { recursive: true });
  if (module !== undefined) writeFileSync(join(folder, 'src/app.module.ts'), module);
  const schematics = join(ROOT, 'node_modules/@angular-devkit/schematics-cli/bin/schematics.js');
  return {
    folder,
    ran: await runNode([schematics, 'nestjs-tasks:nest-add', '--source-root=src', '--no-dry-run'], folder),
  };
}

const written = (folder: string): string => readFileSync(join(folder, 'src/app.module.ts'), 'utf8');

describe('nest add nestjs-tasks', () => {
  it('imports TasksModule into the module of a fresh app, which compiles and boots', async () => {
    const { folder, ran } = await nestAdd(FRESH);
    expect(ran.code).toBe(0);
    expect(written(folder)).toBe(
      FRESH.replace(
        "app.service.js';",
        "app.service.js';\nimport { TasksModule } from 'nestjs-tasks';",
      ).replace('imports: []', 'imports: [TasksModule.forRoot()]'),
    );
    writeFileSync(
      join(folder, 'src/app.controller.ts'),
      "import { Controller } from '@nestjs/common';\n@Controller()\nexport class AppController {}\n",
    );
    writeFileSync(
      join(folder, 'src/app.service.ts'),
      "import { Injectable } from '@nestjs/common';\n@Injectable()\nexport class AppService {}\n",
    );
    writeFileSync(
      join(folder, 'src/main.ts'),
      `import { NestFactory } from '@nestjs/core';
import { WorkerPool } from 'nestjs-tasks';
import { AppModule } from './app.module.js';

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  console.log(app.get(WorkerPool).isRunning);
  await app.close();
}
void main();
`,
    );
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    expect(await runNode([tsc, '-p', folder, '--pretty', 'false'], folder)).toEqual({ code: 0, output: '' });
    expect(await runNode([join('dist', 'main.js')], folder)).toEqual({ code: 0, output: 'true\n' });
  });

  it.each([
    [
      'other modules',
      'imports: [ConfigModule.forRoot()],',
      'imports: [ConfigModule.forRoot(), TasksModule.forRoot()],',
    ],
    ['no imports at all', 'providers: [A],', 'imports: [TasksModule.forRoot()],'],
  ])('finds its place beside %s', async (_, given, expected) => {
    const { folder } = await nestAdd(
      `import { Module } from '@nestjs/common';\n\n@Module({\n  ${given}\n})\nexport class AppModule {}\n`,
    );
    expect(written(folder)).toContain(expected);
    expect(written(folder)).toContain("import { TasksModule } from 'nestjs-tasks';");
  });

  it('changes nothing the second time, and says what to do where there is no root module', async () => {
    const { folder } = await nestAdd(FRESH.replace('imports: []', 'imports: [TasksModule.forRoot({})]'));
    expect(written(folder)).toContain('imports: [TasksModule.forRoot({})]');
    expect(written(folder)).not.toContain('TasksModule.forRoot()');
    const { ran } = await nestAdd(undefined);
    expect(ran.code).not.toBe(0);
    expect(ran.output).toContain('There is no src/app.module.ts.');
  });
});
