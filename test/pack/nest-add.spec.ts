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
  it('imports TasksModule into the module of a fresh app, and says what comes next', async () => {
    const { folder, ran } = await nestAdd(FRESH);
    expect(ran).toMatchObject({ code: 0, output: expect.stringContaining('@Task()') });
    expect(written(folder)).toBe(
      FRESH.replace(
        "app.service.js';",
        "app.service.js';\nimport { TasksModule } from 'nestjs-tasks';",
      ).replace('imports: []', 'imports: [TasksModule.forRoot()]'),
    );
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
