import { describe, expect, inject, it } from 'vitest';
import { type Ran, runNode } from './run.js';

/** An app as its author writes it; how its boot ends. */
const bootOf = (imports: string, moduleOf: string): string => `
  import 'reflect-metadata';
  import { Logger, Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { TasksModule } from 'nestjs-tasks';
  ${imports}
  class AppModule {}
  Module({ imports: [TasksModule.forRoot(), ${moduleOf}] })(AppModule);
  try {
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
    console.log('it boots');
    await app.close();
  } catch (error) {
    console.log(error.code);
    console.log(error.message);
  }`;

const boot = (where: 'withPeers' | 'withoutPeers', imports: string, moduleOf: string): Promise<Ran> =>
  runNode(['--input-type=module', '-e', bootOf(imports, moduleOf)], inject(where));

const LOADING = [
  {
    peer: 'prom-client',
    range: '^15.1.0',
    imports: "import { TasksMetricsModule } from 'nestjs-tasks/metrics';",
    module: 'TasksMetricsModule',
  },
  {
    peer: '@opentelemetry/api',
    range: '^1.9.0',
    imports: "import { TasksTracingModule } from 'nestjs-tasks/tracing';",
    module: 'TasksTracingModule',
  },
];

describe.each(LOADING)('An app with $module', ({ peer, range, imports, module }) => {
  it(`does not boot without ${peer}, and says the line that installs it`, async () => {
    const { code, output } = await boot('withoutPeers', imports, `${module}.forRoot()`);
    expect(code).toBe(0);
    expect(output.trim().split('\n')).toEqual([
      'TASKS_MISSING_PEER',
      `${module} needs the package "${peer}", which is not installed: npm install "${peer}@${range}"`,
    ]);
  });

  it(`boots with it, and ends by itself`, async () => {
    expect(await boot('withPeers', imports, `${module}.forRoot()`)).toEqual({
      code: 0,
      output: 'it boots\n',
    });
  });
});

describe('An app with TasksHealthModule and TasksDashboardModule', () => {
  it('boots without @nestjs/terminus, and any other optional package: they need none', async () => {
    const imports = `import { TasksHealthModule } from 'nestjs-tasks/health';
      import { TasksDashboardModule } from 'nestjs-tasks/dashboard';`;
    const ran = await boot(
      'withoutPeers',
      imports,
      'TasksHealthModule.forRoot(), TasksDashboardModule.forRoot()',
    );
    expect(ran).toEqual({ code: 0, output: 'it boots\n' });
  });
});
