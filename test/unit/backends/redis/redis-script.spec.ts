import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadScript } from '../../../../lib/backends/redis/redis-script.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scripts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}
const load = (name: string) => loadScript(pathToFileURL(join(folder, name)));

describe('loadScript', () => {
  it('reads a file, and names it by its text as the server does', () => {
    write({ 'a.lua': 'return 1\n' });
    expect(load('a.lua')).toEqual({
      name: 'a.lua',
      lua: 'return 1\n',
      sha: createHash('sha1').update('return 1\n').digest('hex'),
    });
  });

  it('puts an included file where it is named, and what that includes', () => {
    write({
      'a.lua': '--- @include "b"\nreturn b()\n',
      'b.lua': '--- @include "c.lua"\nlocal function b() return c() end',
      'c.lua': 'local function c() return 1 end',
    });
    expect(load('a.lua').lua).toBe(
      'local function c() return 1 end\nlocal function b() return c() end\nreturn b()\n',
    );
  });

  it('takes a file once that is included twice', () => {
    write({
      'a.lua': "--- @include 'b'\n--- @include 'c'\nreturn 1",
      'b.lua': '--- @include "c"\nlocal b = 1',
      'c.lua': 'local c = 1',
    });
    expect(load('a.lua').lua.match(/local c/g)).toHaveLength(1);
  });

  it('keeps what looks like a pattern of a replacement', () => {
    write({ 'a.lua': '--- @include "b"', 'b.lua': "return '$& $1 $$'" });
    expect(load('a.lua').lua).toBe("return '$& $1 $$'");
  });

  it('puts a companion after the file that it goes with, wherever that is included, and what it includes before it', () => {
    write({
      'a.lua': '--- @include "b"\nreturn b()',
      'b.lua': 'local function b() return 1 end',
      'more.lua': '--- @include "c"\nb = c',
      'c.lua': 'local function c() return 2 end',
    });
    const at = (name: string): URL => pathToFileURL(join(folder, name));
    const companions = new Map([[at('b.lua').href, at('more.lua')]]);
    expect(loadScript(at('a.lua'), companions).lua).toBe(
      'local function b() return 1 end\nlocal function c() return 2 end\nb = c\nreturn b()',
    );
  });

  it('refuses a circle', () => {
    write({ 'a.lua': '--- @include "b"', 'b.lua': '--- @include "a"' });
    expect(() => load('a.lua')).toThrow(/a\.lua includes itself/);
  });

  it('has another name when what it includes changes', () => {
    write({ 'a.lua': '--- @include "b"', 'b.lua': 'return 1' });
    const before = load('a.lua').sha;
    write({ 'b.lua': 'return 2' });
    expect(load('a.lua').sha).not.toBe(before);
  });
});
