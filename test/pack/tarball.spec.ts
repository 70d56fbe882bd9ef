import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, inject, it } from 'vitest';
import { ROOT, readManifest } from './manifest.js';
import { runNode } from './run.js';
import { topLevelAwaits } from './top-level-awaits.js';

const manifest = readManifest();
const files = readdirSync(inject('packed').unpacked, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(inject('packed').unpacked.length + 1))
  .map((path) => path.split(sep).join('/'));

describe('the tarball', () => {
  it('holds the compiled library and what a reader wants beside it, and nothing else', () => {
    const others = files.filter((path) => !/^dist\/.+\.(d\.ts|js|lua|sql)$/.test(path));
    expect(others.toSorted()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist/cli/schematics/collection.json',
      'dist/cli/schematics/nest-add.json',
      'monitoring/alerts.yml',
      'monitoring/grafana-dashboard.json',
      'package.json',
    ]);
  });

  it('has types beside each module that is named by its path', () => {
    const modules = files.filter((path) => path.endsWith('.js') && !path.startsWith('dist/nestjs-tasks/'));
    expect(modules.length).toBeGreaterThan(0);
    expect(modules.filter((path) => !files.includes(path.replace(/\.js$/, '.d.ts')))).toEqual([]);
  });

  it('has its code in a few files, so that an app starts soon', () => {
    expect(files.filter((path) => path.endsWith('.js')).length).toBeLessThan(60);
  });

  it('has no module that waits while it is loaded, which `require` refuses', () => {
    const waiting = files
      .filter((path) => path.endsWith('.js'))
      .filter((path) => topLevelAwaits(readFileSync(join(inject('packed').unpacked, path), 'utf8')) > 0);
    expect(waiting).toEqual([]);
  });

  it('is what publint wants a package to be', async () => {
    const { messages } = await publint({ pkgDir: inject('packed').unpacked, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, { ...manifest }))).toEqual([]);
  });

  it('has the right types for every way of resolution that an ES module has', async () => {
    const attw = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const args = [attw, inject('packed').tarball, '--profile', 'esm-only', '--no-color'];
    expect(await runNode(args, ROOT)).toMatchObject({ code: 0 });
  });
});

describe('the search for modules that wait while they are loaded', () => {
  it.each([
    'await ready;',
    'const x = await import("x");',
    'for await (const x of xs) use(x);',
    'if (a) { await b; }',
    'class A { static x = await y; }',
    'export const f = await g(async () => await h());',
    'await using x = y();',
  ])('finds %s', (text) => {
    expect(topLevelAwaits(text)).toBe(1);
  });

  it.each([
    'async function f() { await g(); }',
    'const f = async () => await g();',
    'class A { async b() { for await (const c of d) e(c); } }',
    '// await\nconst text = "await x";',
  ])('passes over %s', (text) => {
    expect(topLevelAwaits(text)).toBe(0);
  });
});
