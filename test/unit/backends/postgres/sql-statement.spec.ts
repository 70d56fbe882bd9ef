import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  loadSql,
  loadStatement,
  loadStatements,
  quoteIdentifier,
} from '../../../../lib/backends/postgres/sql-statement.js';
import { filesBelow } from '../../../architecture/house.js';

const folder = mkdtempSync(join(tmpdir(), 'statements-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): URL {
  writeFileSync(join(folder, name), text);
  return pathToFileURL(join(folder, name));
}

const schema = 'tasks';

describe('a statement in a file', () => {
  it('is its text without the comments, for the schema', () => {
    const url = file('one.sql', '-- What it does.\n-- $1 a key\nselect *\n  -- why\nfrom :"schema".value\n');
    expect(loadStatement(url, { schema }).text).toBe('select *\nfrom "tasks".value');
  });

  it('has a name that changes with its text and its schema, and fits into 63 bytes', () => {
    const name = (text: string, of = schema) => loadStatement(file('claim.sql', text), { schema: of }).name;
    expect(name('select 1')).toBe(name('select 1'));
    expect(name('select 2')).not.toBe(name('select 1'));
    expect(name('select :"schema".a', 'other')).not.toBe(name('select :"schema".a'));
    expect(name('select 1')).toMatch(/^claim-[0-9a-f]{12}$/);
  });

  it('quotes a schema whatever it is called', () => {
    const url = file('odd.sql', 'select from :"schema".a, :"schema".b');
    expect(loadSql(url, 'we"ird $& $1')).toBe('select from "we""ird $& $1".a, "we""ird $& $1".b');
  });

  it('goes by another clock where a test gives one', () => {
    const url = file('clock.sql', 'select now(), known()');
    expect(loadStatement(url, { schema, clock: "to_timestamp('$&')" }).text).toBe(
      "select to_timestamp('$&'), known()",
    );
  });

  it('is one statement', () => {
    expect(() => loadStatement(file('two.sql', 'select 1; select 2'), { schema })).toThrow('two.sql');
  });

  it('that is missing is named', () => {
    expect(() => loadStatements({ gone: 'gone' }, pathToFileURL(`${folder}/`), { schema })).toThrow(
      'gone.sql',
    );
  });
});

describe('a quoted identifier', () => {
  it.each(['', 'a\0b', 'x'.repeat(64), 'ü'.repeat(32)])('is refused where it cannot be one: %j', (name) => {
    expect(() => quoteIdentifier(name)).toThrow('identifier');
  });

  it('keeps its case and doubles its quotes', () => {
    expect(quoteIdentifier('A"b')).toBe('"A""b"');
  });
});

describe('the statements of state and of the migrations', () => {
  const files = ['state', 'migration'].flatMap((part) =>
    filesBelow(`lib/backends/postgres/statements/${part}`, '.sql'),
  );
  const headOf = (text: string) => text.split('\n').filter((line) => line.startsWith('--'));
  const codeOf = (text: string) => text.replace(/^\s*--.*$/gm, '');

  it('each begin by saying what they are for', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter(({ text }) => !/^-- [A-Z]/.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('each say what every parameter is', () => {
    const unsaid = files.flatMap(({ path, text }) => {
      const head = headOf(text).join('\n');
      const parameters = new Set(codeOf(text).match(/\$\d+/g));
      return [...parameters].filter((one) => !head.includes(one)).map((one) => `${path} ${one}`);
    });
    expect(unsaid).toEqual([]);
  });

  it('name the schema of every table, so that no search path matters', () => {
    const bare = files.filter(({ text }) => /\b(?:from|join|into|update) +state_\w+/.test(codeOf(text)));
    expect(bare.map(({ path }) => path)).toEqual([]);
  });
});
