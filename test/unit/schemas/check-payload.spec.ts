import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { TaskSchema } from '../../../lib/contract/index.js';
import { TaskValidationError, UnrecoverableError } from '../../../lib/errors/index.js';
import { checkPayload, issuesOf } from '../../../lib/schemas/index.js';

/** What every library says of the same payload. */
const broken = { to: 'S3CRET-address', age: 70_707, tags: ['ok', 1] };
const good = { to: 'ada@example.com', age: 7, tags: [] };
const isNamed = (name: string): boolean => name !== 'taken';

const libraries: Record<string, TaskSchema> = {
  zod: z.object({ to: z.email(), age: z.number().max(99), tags: z.array(z.string()) }),
  'zod, asynchronous': z.object({
    to: z.email().refine((name) => Promise.resolve(isNamed(name))),
    age: z.number().max(99),
    tags: z.array(z.string()),
  }),
  valibot: v.object({
    to: v.pipe(v.string(), v.email()),
    age: v.pipe(v.number(), v.maxValue(99)),
    tags: v.array(v.string()),
  }),
  'valibot, asynchronous': v.objectAsync({
    to: v.pipeAsync(
      v.string(),
      v.email(),
      v.checkAsync((name) => Promise.resolve(isNamed(name))),
    ),
    age: v.pipe(v.number(), v.maxValue(99)),
    tags: v.array(v.string()),
  }),
  arktype: type({ to: 'string.email', age: 'number<=99', tags: 'string[]' }),
};

const settle = async (check: () => unknown): Promise<unknown> => {
  try {
    return await check();
  } catch (error) {
    return error;
  }
};
const saying = (validate: (value: unknown) => unknown): TaskSchema => ({
  '~standard': { version: 1, vendor: 'own', validate: validate as never },
});

describe.each(Object.entries(libraries))('a schema of %s', (_, schema) => {
  it('gives its output for a payload that fits', async () => {
    expect(await settle(() => checkPayload('send', schema, good))).toEqual(good);
  });

  it('refuses one that does not, and says where and why', async () => {
    const error = await settle(() => checkPayload('send', schema, broken));
    expect(error).toBeInstanceOf(TaskValidationError);
    const { issues, message } = error as TaskValidationError;
    expect(issues.map(({ path }) => path).toSorted()).toEqual(['age', 'tags.1', 'to']);
    expect(issues.every((issue) => issue.message.length > 5)).toBe(true);
    expect(message).toContain('task "send"');
    expect(message).toContain('tags.1: ');
  });

  it('tells nothing of the payload', async () => {
    const error = await settle(() => checkPayload('send', schema, broken));
    const told = JSON.stringify([(error as TaskValidationError).issues, (error as Error).stack]);
    expect(told).not.toContain('S3CRET');
    expect(told).not.toContain('70707');
    expect((error as Error).cause).toBeUndefined();
  });
});

describe('a synchronous schema', () => {
  it('is answered without a promise', () => {
    expect(
      checkPayload(
        'send',
        saying((value) => ({ value })),
        5,
      ),
    ).toBe(5);
  });
});

describe('a schema that', () => {
  const failed = (schema: TaskSchema) => settle(() => checkPayload('send', schema, 5));
  const boom = new Error('boom');

  it.each([
    [
      'throws',
      saying(() => {
        throw boom;
      }),
    ],
    ['rejects', saying(() => Promise.reject(boom))],
  ])('%s has not said that the payload is good', async (_, schema) => {
    const error = await failed(schema);
    expect(error).toBeInstanceOf(TaskValidationError);
    expect(error).toMatchObject({ cause: boom, issues: [] });
  });

  it.each([
    ['nothing', saying(() => undefined)],
    ['null', saying(() => null)],
    ['issues that are none', saying(() => ({ issues: 5 }))],
    ['nothing, later', saying(() => Promise.resolve())],
  ])('gives %s has not either', async (_, schema) => {
    expect(await failed(schema)).toBeInstanceOf(TaskValidationError);
  });

  it('throws an error of this package is taken at its word', async () => {
    const own = new UnrecoverableError('no such customer');
    expect(
      await failed(
        saying(() => {
          throw own;
        }),
      ),
    ).toBe(own);
  });

  it('is a thenable of another library is waited for', async () => {
    const then = (resolve: (result: unknown) => void) => resolve({ value: 'later' });
    expect(await failed(saying(() => ({ then })))).toBe('later');
  });

  it('gives an empty list of issues has refused', async () => {
    expect(await failed(saying(() => ({ issues: [] })))).toBeInstanceOf(TaskValidationError);
  });
});

describe('issuesOf', () => {
  it('joins keys of every form to a path, and quotes what could forge a line', () => {
    const issues = [{ message: 'bad', path: ['list', 0, { key: 'name' }, Symbol('s'), 'a\nb'] }];
    expect(issuesOf(issues, {})).toEqual([
      { path: String.raw`list.0.name."Symbol(s)"."a\nb"`, message: 'bad' },
    ]);
  });

  it('keeps a hundred issues of a readable length', () => {
    const issues = Array.from({ length: 500 }, () => ({
      message: 'x'.repeat(10_000),
      path: ['k'.repeat(10_000)],
    }));
    const kept = issuesOf(issues, {});
    expect(kept).toHaveLength(100);
    expect(kept[0]?.message).toHaveLength(300);
    expect(kept[0]?.path).toHaveLength(80);
  });

  it('shows ten of them in a message', async () => {
    const schema = saying(() => ({ issues: Array.from({ length: 30 }, () => ({ message: 'bad' })) }));
    const error = (await settle(() => checkPayload('send', schema, {}))) as TaskValidationError;
    expect(error.message).toMatch(/: \(payload\): bad; .*; … and 20 more$/);
    expect(error.issues).toHaveLength(30);
  });

  it('hides values below a path that is only partly there', () => {
    const issues = [{ message: 'was "hidden"', path: ['a', 'missing', 'b'] }];
    expect(issuesOf(issues, { a: { c: 'hidden' } })[0]?.message).toBe('was …');
  });
});
