import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, inject, it } from 'vitest';
import { filesBelow } from '../architecture/house.js';
import { entryPointsOf, peersOf, readManifest } from './manifest.js';
import { NODE_VERSIONS } from './nodes.js';
import { runNode } from './run.js';

const manifest = readManifest();
const entryPoints = entryPointsOf(manifest);
const optional = peersOf(manifest, true);

/** Loads every entry point one way, and says what could not be loaded. */
const LOADERS = {
  import: (names: readonly string[]) => `for (const name of ${JSON.stringify(names)}) await import(name);`,
  require: (names: readonly string[]) => `for (const name of ${JSON.stringify(names)}) require(name);`,
};

describe('the entry points, where no optional peer is installed', () => {
  it('are tested without them: none can be found', () => {
    const found = optional.filter((name) => existsSync(join(inject('withoutPeers'), 'node_modules', name)));
    expect(optional.length).toBeGreaterThan(0);
    expect(found).toEqual([]);
  });

  it.each(NODE_VERSIONS)('are all loaded by `import` on Node %s', async (version) => {
    const args = ['--input-type=module', '-e', LOADERS.import(entryPoints)];
    expect(await runNode(args, inject('withoutPeers'), inject('nodes')[version])).toEqual({
      code: 0,
      output: '',
    });
  });

  it.each(NODE_VERSIONS)('are all loaded by `require` on Node %s', async (version) => {
    const args = ['--input-type=commonjs', '-e', LOADERS.require(entryPoints)];
    expect(await runNode(args, inject('withoutPeers'), inject('nodes')[version])).toEqual({
      code: 0,
      output: '',
    });
  });

  it.each(NODE_VERSIONS)('have a command, `nest-tasks`, which runs on Node %s', async (version) => {
    const command = join('node_modules', manifest.name, 'dist', 'cli', 'main.js');
    expect(await runNode([command, '--version'], inject('withoutPeers'), inject('nodes')[version])).toEqual({
      code: 0,
      output: `${manifest.version}\n`,
    });
  });

  it('say what a class as a schema needs, in the place of ending the process', async () => {
    const code = `const { dtoSchema } = await import('nestjs-tasks');
      class SendEmail {}
      const given = { validatorPackage: {}, transformerPackage: {} };
      for (const options of [{}, { validatorPackage: {} }, given]) {
        try { dtoSchema(SendEmail, options); console.log('made'); } catch ({ code, peer, install }) { console.log(code, peer, install); }
      }`;
    const { output } = await runNode(['--input-type=module', '-e', code], inject('withoutPeers'));
    expect(output.trim().split('\n')).toEqual([
      'TASKS_MISSING_PEER class-validator npm install "class-validator@^0.14.0 || ^0.15.0"',
      'TASKS_MISSING_PEER class-transformer npm install "class-transformer@^0.5.0"',
      'made',
    ]);
  });

  it('leave the frames of the package out of what is told of an error', async () => {
    const code = `import 'reflect-metadata';
      import { Module } from '@nestjs/common';
      import { NestFactory } from '@nestjs/core';
      import { DeadLetterQueue, QueueRegistry, Task, TasksModule } from 'nestjs-tasks';
      class Mail { send() { throw new Error('busy'); } }
      Task({ name: 'send', maxRetries: 0 })(Mail.prototype, 'send', Object.getOwnPropertyDescriptor(Mail.prototype, 'send'));
      class App {}
      Module({ imports: [TasksModule.forRoot({ logging: 'none' })], providers: [Mail] })(App);
      const app = await NestFactory.createApplicationContext(App, { logger: false });
      const job = await app.get(QueueRegistry).get('default').enqueue('send');
      await job.result().catch(() => undefined);
      const [{ error }] = await app.get(DeadLetterQueue).list();
      console.log(error.stack);
      await app.close();`;
    const { output } = await runNode(['--input-type=module', '-e', code], inject('withoutPeers'));
    expect(output.split('\n').filter((line) => !line.includes('(node:'))).toEqual([
      'Error: busy',
      expect.stringMatching(/^ +at Mail\.send \(.*eval1/),
      '',
    ]);
  });

  it('say what a backend needs that is made without its driver', async () => {
    const code = `const { createPostgresBackend, createRedisBackend, systemClock: clock } = await import('nestjs-tasks');
      const entry = { name: 'jobs', clock };
      for (const make of [
        () => createRedisBackend({ ...entry, type: 'redis', options: {} }),
        () => createPostgresBackend({ ...entry, type: 'postgres', options: {} }),
        () => createPostgresBackend({ ...entry, type: 'postgres', options: { dataDir: './.tasks' } }),
      ]) {
        try { make(); console.log('made'); } catch ({ code, peer, install }) { console.log(code, peer, install); }
      }`;
    const { output } = await runNode(['--input-type=module', '-e', code], inject('withoutPeers'));
    expect(output.trim().split('\n')).toEqual([
      'TASKS_MISSING_PEER ioredis npm install "ioredis@^6.0.0"',
      'TASKS_MISSING_PEER pg npm install "pg@^8.11.0"',
      'TASKS_MISSING_PEER @electric-sql/pglite npm install "@electric-sql/pglite@^0.5.0"',
    ]);
  });

  it('have types without an error of their own', () => {
    const folder = inject('withoutPeers');
    const options: ts.CompilerOptions = {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      experimentalDecorators: true,
      types: ['node'],
      typeRoots: [join(folder, 'node_modules', '@types')],
      skipLibCheck: false,
    };
    const own = join('node_modules', manifest.name);
    const roots = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [] : [join(folder, own, target.types)],
    );
    const program = ts.createProgram(roots, options);
    const files = program.getSourceFiles().filter(({ fileName }) => fileName.includes(`/${own}/`));
    const errors = files.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]);
    expect(files.length).toBeGreaterThan(100);
    expect(errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([]);
  });
});

describe('package.json', () => {
  it('gives each entry point the same types under `typesVersions`, for resolution as it was', () => {
    const [front, ...others] = Object.entries(manifest.exports).filter(([path]) => !path.endsWith('.json'));
    expect(front?.[0]).toBe('.');
    const expected = others.map(([path, target]) => [path.slice(2), [(target as { types: string }).types]]);
    expect(manifest.typesVersions).toEqual({ '*': Object.fromEntries(expected) });
  });

  it('asks for no version of a peer that is not tested here', () => {
    const { peerDependencies, devDependencies } = manifest;
    expect(Object.keys(peerDependencies).filter((name) => !(name in devDependencies))).toEqual([]);
  });

  it('names the versions of optional peers that the code names where one is missing', () => {
    const named = filesBelow('lib')
      .flatMap(({ text }) => [
        ...text.matchAll(/new OptionalPeer\(\{\s*name: '([^']+)',\s*range: '([^']+)'/g),
      ])
      .map(([, name = '', range]) => [name, range] as const);
    expect(named.length).toBeGreaterThan(0);
    const asked = named.filter(([name]) => optional.includes(name));
    expect(asked.map(([name]) => [name, manifest.peerDependencies[name]])).toEqual(named);
  });
});
