import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { withTasksModule } from '../../../lib/cli/schematics/with-tasks-module.js';

const moduleOf = (settings: string): string =>
  `import { Module } from '@nestjs/common';\n\n@Module({ ${settings} })\nexport class AppModule {}\n`;

describe('the root module with TasksModule', () => {
  it.each([
    ['imports: []', 'imports: [TasksModule.forRoot()]'],
    ['imports: [A, B.forRoot({ c: [] })]', 'imports: [A, B.forRoot({ c: [] }), TasksModule.forRoot()]'],
    ['imports: shared', 'imports: shared.concat(TasksModule.forRoot())'],
    ['providers: [A]', 'imports: [TasksModule.forRoot()],'],
  ])('has it in the place of %s', (given, expected) => {
    const text = withTasksModule(ts, moduleOf(given));
    expect(text).toContain(expected);
    expect(text).toContain("from '@nestjs/common';\nimport { TasksModule } from 'nestjs-tasks';");
  });

  it('stays as it is where it has it already, and is not made up where there is none', () => {
    const text = moduleOf('imports: [TasksModule.forRootAsync({})]');
    expect(withTasksModule(ts, text)).toBe(text);
    expect(withTasksModule(ts, 'export class AppModule {}')).toBeUndefined();
  });
});
