import type { EnqueueCall, EnqueueTracer } from '../events/index.js';
import { type OtelApi, type Span, SPAN_KIND, type SpanContext, type Tracer } from './otel-api.js';
import { attributesOf, endWithError } from './span-attributes.js';

type Headers = Readonly<Record<string, string>>;

/** The jobs of one call of `enqueueMany`: each is created by a span of its own, which the send span links to. */
interface Batch {
  readonly queue: string;
  readonly created: SpanContext[];
}

const BATCH = Symbol('nestjs-tasks batch');

/**
 * A `send` span around each call that enqueues, active in it, so that its context travels with the job. Of many jobs in one call each has a
 * `create` span, whose context travels.
 */
export class ProducerSpans implements EnqueueTracer {
  constructor(
    private readonly api: OtelApi,
    private readonly tracer: Tracer,
  ) {}

  trace<T>(call: EnqueueCall, body: () => Promise<T>): Promise<T> {
    const { trace, context } = this.api;
    const batch: Batch | undefined = call.task === undefined ? { queue: call.queue, created: [] } : undefined;
    const span = this.start(call);
    try {
      const active = trace.setSpan(context.active(), span).setValue(BATCH, batch);
      const enqueued = context.with(active, body);
      enqueued.then(
        (result) => end(span, batch, result),
        (error: unknown) => endWithError(span, error),
      );
      return enqueued;
    } catch (error) {
      endWithError(span, error);
      throw error;
    }
  }

  /** Stands around what takes the trace context of a job along. */
  readonly capture = (capture: () => Headers | undefined): Headers | undefined => {
    const { trace, context } = this.api;
    const active = context.active();
    const batch = active.getValue(BATCH) as Batch | undefined;
    if (batch === undefined) return capture();
    const { queue, created } = batch;
    const span = this.tracer.startSpan(
      `create ${queue}`,
      { kind: SPAN_KIND.PRODUCER, attributes: attributesOf('create', queue) },
      active,
    );
    created.push(span.spanContext());
    span.end();
    return context.with(trace.setSpan(active, span).setValue(BATCH, undefined), capture);
  };

  private start({ queue, backend, task, count }: EnqueueCall): Span {
    return this.tracer.startSpan(`send ${queue}`, {
      kind: task === undefined ? SPAN_KIND.CLIENT : SPAN_KIND.PRODUCER,
      attributes: attributesOf('send', queue, {
        'tasks.backend': backend,
        ...(task === undefined ? { 'messaging.batch.message_count': count } : { 'tasks.task.name': task }),
      }),
    });
  }
}

function end(span: Span, batch: Batch | undefined, result: unknown): void {
  if (batch === undefined) span.setAttributes({ 'messaging.message.id': (result as { id?: string }).id });
  else span.addLinks?.(batch.created.map((context) => ({ context })));
  span.end();
}
