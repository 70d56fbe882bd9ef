import { Injectable } from '@nestjs/common';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { type BackendOptions, RetryLaterError, Task, type TaskContext, TasksModule } from 'nestjs-tasks';
import { TasksTracingModule, type TasksTracingOptions } from 'nestjs-tasks/tracing';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { queueOf } from '../queue-of.js';
import { startApp } from '../start-app.js';
import { SHARED_BROKERS } from './brokers.js';

let exporter: InMemorySpanExporter;
let provider: BasicTracerProvider;

beforeEach(() => {
  exporter = new InMemorySpanExporter();
  provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
});
afterEach(async () => {
  await provider.shutdown();
  trace.disable();
  context.disable();
  propagation.disable();
});

@Injectable()
class Traced {
  @Task({ name: 'greet' }) async greet(name: string): Promise<string> {
    trace.getTracer('app').startSpan('inside').end();
    return `Hello, ${name}`;
  }
  @Task({ name: 'fail', maxRetries: 0 }) async fail(): Promise<void> {
    throw new TypeError('no such recipient');
  }
  @Task({ name: 'later' }) async later(_: unknown, ctx: TaskContext): Promise<void> {
    if (ctx.attempt === 1) throw new RetryLaterError('1ms');
  }
  @Task({ name: 'colour' }) async colour(): Promise<unknown> {
    return propagation.getActiveBaggage()?.getEntry('colour')?.value ?? null;
  }
}

const start = (options: TasksTracingOptions = {}, backend?: BackendOptions) =>
  startApp({
    imports: [
      TasksModule.forRoot({ ...(backend && { backend }), logging: 'none' }),
      TasksTracingModule.forRoot(options),
    ],
    providers: [Traced],
  });
const named = (name: string): ReadableSpan[] =>
  exporter.getFinishedSpans().filter((span) => span.name === name);
const only = (name: string): ReadableSpan => {
  const [span, ...more] = named(name);
  if (span === undefined || more.length > 0) throw new Error(`${more.length + 1} spans ${name}`);
  return span;
};
const linked = ({ links }: ReadableSpan): string[] => links.map((link) => link.context.spanId);

describe('A job that is enqueued and run', () => {
  it('has a producer span, and a consumer span below it, in one trace', async () => {
    const app = await start();
    const job = await queueOf(app).enqueue('greet', 'Ada');
    await job.result();
    const send = only('send default');
    const process = only('process default');
    expect([send.kind, process.kind]).toEqual([SpanKind.PRODUCER, SpanKind.CONSUMER]);
    expect(process.parentSpanContext?.spanId).toBe(send.spanContext().spanId);
    expect(process.spanContext().traceId).toBe(send.spanContext().traceId);
    expect(only('inside').parentSpanContext?.spanId).toBe(process.spanContext().spanId);
  });

  it('says by the conventions of messaging what was done, to what', async () => {
    const app = await start();
    const job = await queueOf(app).enqueue('greet', 'Ada');
    await job.result();
    expect(only('send default').attributes).toMatchObject({
      'messaging.system': 'nestjs-tasks',
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'default',
      'messaging.message.id': job.id,
      'tasks.task.name': 'greet',
    });
    expect(only('process default').attributes).toMatchObject({
      'messaging.operation.type': 'process',
      'messaging.message.id': job.id,
      'tasks.job.attempt': 1,
    });
  });

  it('stands in the trace of its caller', async () => {
    const app = await start();
    const caller = trace.getTracer('app').startSpan('request');
    const job = await context.with(trace.setSpan(context.active(), caller), () =>
      queueOf(app).enqueue('greet'),
    );
    await job.result();
    caller.end();
    expect(only('send default').parentSpanContext?.spanId).toBe(caller.spanContext().spanId);
  });

  it('brings the baggage of its caller along', async () => {
    const app = await start();
    const baggage = propagation.createBaggage({ colour: { value: 'red' } });
    const job = await context.with(propagation.setBaggage(context.active(), baggage), () =>
      queueOf(app).enqueue('colour'),
    );
    await expect(job.result()).resolves.toBe('red');
  });

  it('has a trace of its own, with a link to its caller, where the options say so', async () => {
    const app = await start({ relation: 'link' });
    await (await queueOf(app).enqueue('greet', 'Ada')).result();
    const process = only('process default');
    expect(process.parentSpanContext).toBeUndefined();
    expect(process.spanContext().traceId).not.toBe(only('send default').spanContext().traceId);
    expect(linked(process)).toEqual([only('send default').spanContext().spanId]);
  });

  it('has a span with the error of a run that fails', async () => {
    const app = await start();
    await (await queueOf(app).enqueue('fail')).result().catch(() => undefined);
    const { status, attributes, events } = only('process default');
    expect(status).toEqual({ code: SpanStatusCode.ERROR, message: 'no such recipient' });
    expect(attributes['error.type']).toBe('TypeError');
    expect(events[0]?.attributes?.['exception.message']).toBe('no such recipient');
  });

  it('has a span for each attempt, and none is an error that was only asked to come back', async () => {
    const app = await start();
    await (await queueOf(app).enqueue('later')).result();
    const runs = named('process default');
    expect(runs.map(({ attributes }) => attributes['tasks.job.attempt'])).toEqual([1, 2]);
    expect(runs.map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.UNSET]);
  });

  it('has a send span with the error of a call that was refused', async () => {
    const app = await start();
    await expect(queueOf(app).enqueue('no such name!')).rejects.toMatchObject({ code: 'TASKS_INVALID_NAME' });
    expect(only('send default').attributes['error.type']).toBe('TASKS_INVALID_NAME');
  });
});

describe('A job that depends on others', () => {
  const joined = async (options: TasksTracingOptions = {}, backend?: BackendOptions) => {
    const app = await start(options, backend);
    const queue = queueOf(app);
    const parents = [await queue.enqueue('greet', 'Ada'), await queue.enqueue('greet', 'Bob')];
    const child = await queue.enqueue('later', 'Cy', { dependsOn: parents });
    await child.result();
    const sentAs = (id: string) =>
      named('send default').find(({ attributes }) => attributes['messaging.message.id'] === id);
    const runs = () =>
      named('process default').filter(({ attributes }) => attributes['messaging.message.id'] === child.id);
    // A span that links ends a moment after its run, when what it links to is known.
    await expect.poll(() => runs().length).toBe(2);
    const spanIds = [...parents, child].map(({ id }) => sentAs(id)?.spanContext().spanId ?? '');
    return { runs: runs(), parents: spanIds.slice(0, 2), own: spanIds[2] };
  };

  it('is below its own caller, and links at each run to where those come from', async () => {
    const { runs, parents, own } = await joined();
    expect(runs.map((run) => run.parentSpanContext?.spanId)).toEqual([own, own]);
    for (const run of runs) expect(new Set(linked(run))).toEqual(new Set(parents));
  });

  it('links to them and to its own caller, where the options say so', async () => {
    const { runs, parents, own } = await joined({ relation: 'link' });
    for (const run of runs) expect(new Set(linked(run))).toEqual(new Set([own, ...parents]));
  });

  it.each(SHARED_BROKERS)('links to them on %s, too', async (_name, prepare) => {
    const place = await prepare();
    onTestFinished(() => place.drop());
    const { runs, parents } = await joined({}, place.backend);
    for (const run of runs) expect(new Set(linked(run))).toEqual(new Set(parents));
  });
});

describe('Many jobs of one call', () => {
  it('are created by a span each, which their send span links to and their runs are below', async () => {
    const app = await start();
    const jobs = await queueOf(app).enqueueMany(
      ['Ada', 'Bob', 'Cy'].map((payload) => ({ name: 'greet', payload })),
    );
    await Promise.all(jobs.map((job) => job.result()));
    const send = only('send default');
    const created = named('create default').map((span) => span.spanContext().spanId);
    expect([send.kind, send.attributes['messaging.batch.message_count']]).toEqual([SpanKind.CLIENT, 3]);
    expect(created).toHaveLength(3);
    expect(linked(send)).toEqual(created);
    const parents = named('process default').map((span) => span.parentSpanContext?.spanId);
    expect(new Set(parents)).toEqual(new Set(created));
  });

  it('are received by a span that links to where each comes from, where the options say so', async () => {
    const app = await start({ receive: true });
    const jobs = await queueOf(app).enqueueMany(
      ['Ada', 'Bob'].map((payload) => ({ name: 'greet', payload })),
    );
    await Promise.all(jobs.map((job) => job.result()));
    const created = named('create default').map((span) => span.spanContext().spanId);
    const received = named('receive default');
    expect(new Set(received.flatMap(linked))).toEqual(new Set(created));
    expect(received.every(({ kind }) => kind === SpanKind.CLIENT)).toBe(true);
  });
});

it('The tracing of tasks ends with the app, and refuses what is no relation', async () => {
  const app = await start();
  const queue = queueOf(app);
  await app.close();
  await queue.enqueue('greet').catch(() => undefined);
  expect(named('send default')).toEqual([]);
  expect(() => TasksTracingModule.forRoot({ relation: 'parent' as never })).toThrow('tracing.relation');
});
