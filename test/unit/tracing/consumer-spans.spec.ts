import { describe, expect, it } from 'vitest';
import type { ClaimedJob, TaskExecutionContext } from '../../../lib/contract/index.js';
import { RetryLaterError } from '../../../lib/errors/index.js';
import type { StepEnd } from '../../../lib/middleware/index.js';
import { ProcessSpans, ReceiveSpans } from '../../../lib/tracing/consumer-spans.js';
import type { SpanLink } from '../../../lib/tracing/creation-context.js';
import { anApi } from './an-api.js';

const contextOf = (headers: Record<string, string> = {}): TaskExecutionContext =>
  ({
    job: { id: '1', name: 'send', queue: 'mails', attempt: 2, priority: 5 },
    workerId: 'w1',
    headers,
  }) as unknown as TaskExecutionContext;

/** Runs a step that ends so. */
function runWith(
  end: (end: StepEnd) => void,
  {
    relation = 'child',
    headers = {},
    parents,
  }: {
    relation?: 'child' | 'link';
    headers?: Record<string, string>;
    /** What the run depends on, when it becomes known. */
    parents?: Promise<readonly SpanLink[]>;
  } = {},
) {
  const { api, tracer, spans, activeSpan } = anApi();
  const ends: string[] = [];
  let active: string | undefined;
  new ProcessSpans(api, tracer, relation, { of: () => parents }).step(
    contextOf(headers),
    (_, inner) => {
      active = activeSpan();
      end(inner);
    },
    {
      completed: (result) => void ends.push(`completed with ${String(result)}`),
      failed: (error) => void ends.push(`failed with ${String(error)}`),
    },
  );
  return { span: spans[0], ends, active };
}

describe('The span of a run', () => {
  it('is active in it, below the span that travelled, and says by the conventions what was done', () => {
    const { span, ends, active } = runWith((end) => end.completed('ok'), { headers: { traceparent: 'p1' } });
    expect(active).toBe('s1');
    expect(span).toMatchObject({
      name: 'process mails',
      parent: 'p1',
      options: { kind: 4 },
      attributes: {
        'messaging.operation.type': 'process',
        'messaging.message.id': '1',
        'messaging.client.id': 'w1',
        'tasks.job.attempt': 2,
        'tasks.job.priority': 5,
      },
      errors: [],
      isEnded: true,
    });
    expect(ends).toEqual(['completed with ok']);
  });

  it('is the root of a trace where nothing travelled', () => {
    expect(runWith((end) => end.completed(1)).span).toMatchObject({ parent: undefined, links: [] });
  });

  it('links to where the job comes from, where the relation says so', () => {
    const { span } = runWith((end) => end.completed(1), {
      relation: 'link',
      headers: { traceparent: 'p1' },
    });
    expect(span).toMatchObject({ parent: undefined, links: ['p1'] });
  });

  it('links to nothing where nothing travelled', () => {
    expect(runWith((end) => end.completed(1), { relation: 'link' }).span).toMatchObject({ links: [] });
  });

  it('has the error of a run that failed, which fails as it did', () => {
    const { span, ends } = runWith((end) => end.failed(new RangeError('too far')));
    expect(span).toMatchObject({
      attributes: { 'error.type': 'RangeError' },
      errors: ['too far'],
      status: { code: 2, message: 'too far' },
      isEnded: true,
    });
    expect(ends).toEqual(['failed with RangeError: too far']);
  });

  it('has no error of a run that was only asked to come back', () => {
    const { span } = runWith((end) => end.failed(new RetryLaterError('1s')));
    expect(span).toMatchObject({ errors: [], isEnded: true });
    expect(span?.status).toBeUndefined();
  });
});

describe('The span of a run that depends on others', () => {
  const parent: SpanLink = { context: { traceId: 'trace', spanId: 'p7', traceFlags: 1 } };

  it('ends when they are known, as of the end of its run, which waits for nothing', async () => {
    let tell: (links: readonly SpanLink[]) => void = () => undefined;
    const known = new Promise<readonly SpanLink[]>((resolve) => (tell = resolve));
    const since = performance.now();
    const { span, ends } = runWith((end) => end.completed('ok'), { parents: known });
    const until = performance.now();
    expect([ends, span?.isEnded]).toEqual([['completed with ok'], false]);
    tell([parent]);
    await known;
    expect(span).toMatchObject({ links: ['p7'], isEnded: true });
    expect(span?.endedAt).toBeGreaterThanOrEqual(since);
    expect(span?.endedAt).toBeLessThanOrEqual(until);
  });

  it('has its error, too', async () => {
    const parents = Promise.resolve([parent]);
    const { span } = runWith((end) => end.failed(new RangeError('too far')), { parents });
    await parents;
    expect(span).toMatchObject({ links: ['p7'], errors: ['too far'], status: { code: 2 }, isEnded: true });
  });
});

describe('The span of a claim', () => {
  const job = (queue: string, traceparent?: string): ClaimedJob =>
    ({
      queue,
      extra: traceparent === undefined ? undefined : { headers: { traceparent } },
    }) as ClaimedJob;
  const claimed = (jobs: ClaimedJob[]) => {
    const { api, tracer, spans } = anApi();
    new ReceiveSpans(api, tracer).claimed({ backend: 'main', jobs, settled: 0, startedAt: 1_000, took: 5 });
    return spans;
  };

  it('links to where each of its jobs comes from, and counts them', () => {
    expect(claimed([job('mails', 'p1'), job('mails'), job('mails', 'p2')])).toMatchObject([
      {
        name: 'receive mails',
        options: { kind: 2, startTime: 1_000 },
        links: ['p1', 'p2'],
        attributes: { 'messaging.batch.message_count': 3 },
        isEnded: true,
      },
    ]);
  });

  it('is called by the backend where its jobs are of several queues', () => {
    expect(claimed([job('mails'), job('bulk')])[0]?.name).toBe('receive main');
  });

  it('is not there for a claim that brought nothing', () => {
    expect(claimed([])).toEqual([]);
  });
});
