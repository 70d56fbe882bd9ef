import { describe, expect, it } from 'vitest';
import { InvalidOptionError } from '../../../lib/errors/index.js';
import { JobTemplate } from '../../../lib/queue/index.js';
import { rejection } from '../rejection.js';
import { QueueStage } from './queue-stage.js';

const refusal = async (headers: unknown): Promise<string> => {
  const { queue } = await QueueStage.open();
  const error = await rejection(queue.enqueue('send-email', {}, { headers } as never));
  expect(error).toBeInstanceOf(InvalidOptionError);
  expect(await queue.count()).toBe(0);
  return error.message;
};

describe('Headers', () => {
  it('travel with the job to whoever has it in hand', async () => {
    const { queue } = await QueueStage.open();
    await queue.enqueue('send-email', {}, { headers: { tenant: 'acme', empty: '' } });
    expect((await queue.dequeue())?.headers).toEqual({ tenant: 'acme', empty: '' });
  });

  it('travel with each request of a batch', async () => {
    const { queue } = await QueueStage.open();
    await queue.enqueueMany([{ name: 'a', headers: { tenant: 'acme' } }, { name: 'b' }]);
    const jobs = await queue.dequeue({ max: 2 });
    expect(jobs.map(({ headers }) => headers)).toEqual([{ tenant: 'acme' }, {}]);
  });

  it('are part of a template', async () => {
    const { queue } = await QueueStage.open();
    const template = new JobTemplate('send-email', {}, { headers: { tenant: 'acme' } });
    await queue.enqueueMany([JobTemplate.fromJSON(JSON.parse(JSON.stringify(template))).create()]);
    expect((await queue.dequeue())?.headers).toEqual({ tenant: 'acme' });
  });

  it('are still there after the job was put back', async () => {
    const { queue } = await QueueStage.open();
    await queue.enqueue('send-email', {}, { headers: { tenant: 'acme' }, maxRetries: 1 });
    await (await queue.dequeue())?.nack({ error: new Error('down') });
    expect(await queue.dequeue()).toMatchObject({ attempt: 2, headers: { tenant: 'acme' } });
  });

  it('are copied: what is changed after the call changes no job', async () => {
    const { queue } = await QueueStage.open();
    const headers = { tenant: 'acme' };
    const call = queue.enqueue('send-email', {}, { headers });
    headers.tenant = 'evil';
    await call;
    expect((await queue.dequeue())?.headers).toEqual({ tenant: 'acme' });
  });

  it('that are empty are none', async () => {
    const { queue } = await QueueStage.open();
    await queue.enqueue('send-email', {}, { headers: {} });
    expect((await queue.dequeue())?.claimed.extra).toBeUndefined();
  });

  it('may have no prototype', async () => {
    const { queue } = await QueueStage.open();
    const headers = Object.assign(Object.create(null) as object, { tenant: 'acme' });
    await queue.enqueue('send-email', {}, { headers });
    expect((await queue.dequeue())?.headers).toEqual({ tenant: 'acme' });
  });

  it('may have 4 KiB together, and not a byte more', async () => {
    const { queue } = await QueueStage.open();
    await queue.enqueue('send-email', {}, { headers: { ab: 'é'.repeat(2_047) } });
    expect(await refusal({ abc: 'é'.repeat(2_047) })).toContain('headers: have 4097 bytes; 4096 are allowed');
  });

  it.each<[string, unknown]>([
    ['a text', 'tenant'],
    ['null', null],
    ['a list', ['acme']],
    ['a Map', new Map([['tenant', 'acme']])],
    ['an instance of a class', new (class Tenant {})()],
  ])('are refused as %s', async (_what, headers) => {
    expect(await refusal(headers)).toContain('headers: must be a plain object of texts');
  });

  it.each<[string, unknown, string]>([
    ['a number', { tenant: 5 }, 'headers.tenant: must be a text'],
    ['undefined', { tenant: undefined }, 'headers.tenant: must be a text'],
    ['a line break', { tenant: 'a\nb' }, 'headers.tenant: must be well-formed text'],
    ['half a character', { tenant: '\ud800' }, 'headers.tenant: must be well-formed text'],
  ])('are refused with %s as a value', async (_what, headers, message) => {
    expect(await refusal(headers)).toContain(message);
  });

  it.each<[string, string]>([
    ['an empty one', ''],
    ['one of 129 characters', 'n'.repeat(129)],
    ['one with a line break', 'a\nb'],
    ['one that reaches for the prototype', '__proto__'],
  ])('are refused with a name that cannot be used: %s', async (_what, name) => {
    expect(await refusal(JSON.parse(JSON.stringify({ [name]: '1' })))).toMatch(
      /headers: ".*" cannot be a name/,
    );
  });

  it('are refused with a name that jobs are marked with themselves', async () => {
    expect(await refusal({ cron: '* * * * *' })).toContain('headers.cron: is reserved');
  });
});
