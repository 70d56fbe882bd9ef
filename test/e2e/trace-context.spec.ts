import { Injectable } from '@nestjs/common';
import {
  context,
  createContextKey,
  propagation,
  ROOT_CONTEXT,
  trace,
  type Context,
  type SpanContext,
  TraceFlags,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  CompositePropagator,
  TraceState,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import {
  InjectTasks,
  StorageCarrier,
  Task,
  type TaskClient,
  type TaskContext,
  TaskContextCarriers,
  TasksModule,
  type TasksModuleOptions,
} from 'nestjs-tasks';
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

const span = (over: Partial<SpanContext> = {}): SpanContext => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
  ...over,
});
const inSpan = <T>(body: () => T, over?: Partial<SpanContext>, base: Context = ROOT_CONTEXT): T =>
  context.with(trace.setSpanContext(base, span(over)), body);

/** As an SDK does it when it starts. */
function register(
  propagator = new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
  }),
) {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(propagator);
}
function unregister() {
  context.disable();
  propagation.disable();
}

@Injectable()
class Traced {
  readonly seen: (SpanContext | undefined)[] = [];
  readonly headers: Readonly<Record<string, string>>[] = [];
  constructor(@InjectTasks(Traced) private readonly own: TaskClient<Traced>) {}

  @Task() async child(_: unknown, ctx: TaskContext): Promise<void> {
    await Promise.resolve();
    this.seen.push(trace.getSpanContext(context.active()));
    this.headers.push(ctx.headers);
  }
  @Task() async parent(): Promise<void> {
    await (await this.own.child.delay()).result();
  }
  @Task() async baggage(): Promise<unknown> {
    return propagation.getActiveBaggage()?.getEntry('colour')?.value ?? null;
  }
}

async function start(options: TasksModuleOptions = {}) {
  const app = await startApp({ imports: [TasksModule.forRoot(options)], providers: [Traced] });
  return { app, queue: queueOf(app), traced: app.get(Traced) };
}

beforeEach(() => register());
afterEach(unregister);

describe('The trace context of a registered OpenTelemetry API', () => {
  it('travels as W3C headers, and is active when the job runs', async () => {
    const { queue, traced } = await start();
    const traceState = new TraceState('congo=t61rcWkgMzE,rojo=00f067aa0ba902b7');
    const job = await inSpan(() => queue.enqueue('child'), { traceState });
    await job.result();
    expect(traced.headers).toEqual([
      {
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        tracestate: 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7',
      },
    ]);
    expect(traced.seen[0]).toMatchObject({ ...span(), isRemote: true });
    expect(traced.seen[0]?.traceState?.serialize()).toBe(traceState.serialize());
  });

  it('flows on to the jobs that a handler enqueues', async () => {
    const { queue, traced } = await start();
    await (await inSpan(() => queue.enqueue('parent'))).result();
    expect(traced.seen).toEqual([expect.objectContaining(span())]);
  });

  it('brings whatever the propagator of the app writes', async () => {
    const { queue } = await start();
    const baggage = propagation.createBaggage({ colour: { value: 'red' } });
    const job = await context.with(propagation.setBaggage(ROOT_CONTEXT, baggage), () =>
      queue.enqueue('baggage'),
    );
    await expect(job.result()).resolves.toBe('red');
  });

  it('is none in a job that was enqueued in none, also when the app was started in one', async () => {
    const { queue, traced } = await inSpan(() => start());
    await (await inSpan(() => queue.enqueue('child'))).result();
    await (await context.with(ROOT_CONTEXT, () => queue.enqueue('child'))).result();
    expect(traced.seen).toEqual([expect.objectContaining(span()), undefined]);
    expect(traced.headers[1]).toEqual({});
  });

  it('gives way to what the call, or a carrier of the app, says itself', async () => {
    const own = '00-11111111111111111111111111111111-2222222222222222-01';
    const storage = new AsyncLocalStorage<{ traceparent: string }>();
    const { queue, traced } = await start({
      context: { carriers: [new StorageCarrier(storage, ['traceparent'])] },
    });
    await (await inSpan(() => queue.enqueue('child', undefined, { headers: { traceparent: own } }))).result();
    await (await inSpan(() => storage.run({ traceparent: own }, () => queue.enqueue('child')))).result();
    expect(traced.seen.map((seen) => seen?.traceId)).toEqual(Array.from({ length: 2 }, () => '1'.repeat(32)));
  });

  it('is left out where it cannot be a header, and never in the way of the job', async () => {
    const { queue, traced } = await start();
    const baggage = propagation.createBaggage({ big: { value: 'x'.repeat(2_100) } });
    await (
      await inSpan(() => queue.enqueue('child'), {}, propagation.setBaggage(ROOT_CONTEXT, baggage))
    ).result();
    expect(Object.keys(traced.headers[0] ?? {})).toEqual(['traceparent']);
  });

  it.each(['garbage', '00-0-0-00', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`, ''])(
    'is none when the header is %j',
    async (traceparent) => {
      const { queue, traced } = await start();
      await (await queue.enqueue('child', undefined, { headers: { traceparent } })).result();
      expect(traced.seen).toEqual([undefined]);
    },
  );

  it('is none when what is registered throws, and the job runs all the same', async () => {
    unregister();
    const boom = () => {
      throw new Error('a broken propagator');
    };
    propagation.setGlobalPropagator({ inject: boom, extract: boom, fields: () => [] });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    const { queue, traced } = await start();
    await (await inSpan(() => queue.enqueue('child'))).result();
    expect(traced.headers).toEqual([{}]);
  });

  it('does not travel where the options say so', async () => {
    const { app, queue, traced } = await start({ context: { trace: false } });
    expect(app.get(TaskContextCarriers).isEmpty).toBe(true);
    await (await inSpan(() => queue.enqueue('child'))).result();
    expect(traced.headers).toEqual([{}]);
  });

  it('costs an app nothing in whose process none is registered when it boots', async () => {
    unregister();
    const { app, queue, traced } = await start();
    expect(app.get(TaskContextCarriers).isEmpty).toBe(true);
    register();
    await (await inSpan(() => queue.enqueue('child'))).result();
    expect(traced.headers).toEqual([{}]);
  });

  it('needs both a context manager and a propagator', async () => {
    unregister();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    const { app } = await start();
    expect(app.get(TaskContextCarriers).isEmpty).toBe(true);
  });

  it('leaves what else the caller has in its context with the caller', async () => {
    const key = createContextKey('own');
    const { queue, traced } = await start();
    const seen: unknown[] = [];
    const child = traced.child.bind(traced);
    traced.child = async (...args) => {
      seen.push(context.active().getValue(key));
      await child(...args);
    };
    await (await context.with(ROOT_CONTEXT.setValue(key, 1), () => queue.enqueue('child'))).result();
    expect(seen).toEqual([undefined]);
  });
});
