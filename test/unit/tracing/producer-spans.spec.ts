import { describe, expect, it } from 'vitest';
import { ProducerSpans } from '../../../lib/tracing/producer-spans.js';
import { anApi } from './an-api.js';

function producer() {
  const { api, tracer, spans, activeSpan } = anApi();
  return { spans, activeSpan, own: new ProducerSpans(api, tracer) };
}
const LONE = { queue: 'mails', backend: 'main', task: 'send', count: 1 };
const MANY = { queue: 'mails', backend: 'main', count: 2 };

describe('A call that enqueues one job', () => {
  it('has a producer span that is active in it, and ends with the id of the job', async () => {
    const { own, spans, activeSpan } = producer();
    const active = await own.trace(LONE, () => Promise.resolve({ id: activeSpan() }));
    expect(active).toEqual({ id: 's1' });
    expect(spans).toMatchObject([
      {
        name: 'send mails',
        options: { kind: 3 },
        attributes: { 'messaging.message.id': 's1', 'tasks.task.name': 'send', 'tasks.backend': 'main' },
        isEnded: true,
      },
    ]);
  });

  it.each([
    ['rejects', () => Promise.reject(new TypeError('no'))],
    [
      'throws',
      () => {
        throw new TypeError('no');
      },
    ],
  ])('has the error in its span when it %s, and fails as it did', async (_, body) => {
    const { own, spans } = producer();
    await expect((async () => own.trace(LONE, body))()).rejects.toThrow('no');
    expect(spans).toMatchObject([
      { attributes: { 'error.type': 'TypeError' }, errors: ['no'], status: { code: 2 }, isEnded: true },
    ]);
  });

  it('lets its own context travel', async () => {
    const { own, spans, activeSpan } = producer();
    let travels: unknown;
    await own.trace(LONE, async () => {
      travels = own.capture(() => ({ traceparent: activeSpan() ?? '' }));
      return { id: '1' };
    });
    expect(travels).toEqual({ traceparent: 's1' });
    expect(spans).toHaveLength(1);
  });
});

describe('A call that enqueues many jobs', () => {
  it('lets the context of a span of its own travel with each, and links to all of them', async () => {
    const { own, spans, activeSpan } = producer();
    const capture = () => own.capture(() => ({ traceparent: activeSpan() ?? '' }));
    const travels: unknown[] = [];
    await own.trace(MANY, async () => {
      travels.push(capture(), capture());
      return [];
    });
    expect(travels).toEqual([{ traceparent: 's2' }, { traceparent: 's3' }]);
    expect(spans.map(({ name, parent, links }) => [name, parent, links])).toEqual([
      ['send mails', undefined, ['s2', 's3']],
      ['create mails', 's1', []],
      ['create mails', 's1', []],
    ]);
    expect(spans[0]).toMatchObject({
      options: { kind: 2 },
      attributes: { 'messaging.batch.message_count': 2 },
    });
  });

  it('is content with an API that cannot add links', async () => {
    const { api, tracer } = anApi();
    const old = {
      startSpan: (...given: Parameters<typeof tracer.startSpan>) => without(tracer.startSpan(...given)),
    };
    const own = new ProducerSpans(api, old);
    await expect(own.trace(MANY, () => Promise.resolve(['a', 'b']))).resolves.toEqual(['a', 'b']);
  });
});

/** As it was before 1.9. */
function without<T extends { addLinks?: unknown }>(span: T): T {
  delete span.addLinks;
  return span;
}
