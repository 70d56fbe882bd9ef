import type { TaskExecutionContext } from '../contract/index.js';
import { RetryLaterError } from '../errors/index.js';
import type { AnsweredClaim, ProbedRun, WorkProbe } from '../events/index.js';
import { DirectMiddleware, type Step, type StepEnd } from '../middleware/index.js';
import { creationLinks, type SpanLink } from './creation-context.js';
import { type OtelApi, type Span, SPAN_KIND, type Tracer } from './otel-api.js';
import type { ParentLinks } from './parent-links.js';
import { attributesOf, attributesOfRun, noteError } from './span-attributes.js';

/** A `process` span around each run, active in its middleware and its handler. */
export class ProcessSpans extends DirectMiddleware {
  /**
   * @param relation whether a run belongs to the trace of whoever enqueued it, or has one of its own that links there
   * @param parents what a run depends on, which it links to
   */
  constructor(
    private readonly api: OtelApi,
    private readonly tracer: Tracer,
    private readonly relation: 'child' | 'link',
    private readonly parents: Pick<ParentLinks, 'of'>,
  ) {
    super();
  }

  step(ctx: TaskExecutionContext, next: Step, end: StepEnd): void {
    const { trace, context, propagation, ROOT_CONTEXT } = this.api;
    // What is active here is whatever the worker was started in: a job begins with what it brought along.
    const brought = propagation.extract(ROOT_CONTEXT, ctx.headers);
    const creation = trace.getSpanContext(brought);
    const isLinked = this.relation === 'link' && creation !== undefined;
    const span = this.tracer.startSpan(
      `process ${ctx.job.queue}`,
      {
        kind: SPAN_KIND.CONSUMER,
        attributes: attributesOfRun(ctx.job, ctx.workerId),
        ...(isLinked ? { links: [{ context: creation }], root: true } : {}),
      },
      brought,
    );
    // Whoever runs a job hands its own object down, which knows what the claim has brought.
    const linked = this.parents.of(ctx as ProbedRun);
    context.with(trace.setSpan(brought, span), () => next(ctx, new SpanEnd(span, end, linked)));
  }
}

class SpanEnd implements StepEnd {
  constructor(
    private readonly span: Span,
    private readonly end: StepEnd,
    private readonly linked: Promise<readonly SpanLink[]> | undefined,
  ) {}

  completed(result: unknown): void {
    this.endSpan();
    this.end.completed(result);
  }

  failed(error: unknown): void {
    // To be asked to come back later is no failure.
    if (!(error instanceof RetryLaterError)) noteError(this.span, error);
    this.endSpan();
    this.end.failed(error);
  }

  /** The run waits for no link. Its span does, and ends as of now. */
  private endSpan(): void {
    const { span, linked } = this;
    if (linked === undefined) span.end();
    else void linkAndEnd(span, linked, performance.now());
  }
}

async function linkAndEnd(span: Span, linked: Promise<readonly SpanLink[]>, endedAt: number): Promise<void> {
  const links = await linked;
  if (links.length > 0) span.addLinks?.(links);
  span.end(endedAt);
}

/** A `receive` span for each claim that brought something, with a link to where each of its jobs comes from. */
export class ReceiveSpans implements WorkProbe {
  constructor(
    private readonly api: OtelApi,
    private readonly tracer: Tracer,
  ) {}

  claimed({ backend, jobs, startedAt, took }: AnsweredClaim): void {
    const [first] = jobs;
    if (first === undefined) return;
    const queues = new Set(jobs.map(({ queue }) => queue));
    const queue = queues.size === 1 ? first.queue : backend;
    const links = jobs.flatMap((job) => creationLinks(this.api, job.extra?.headers));
    const attributes = attributesOf('receive', queue, {
      'messaging.batch.message_count': jobs.length,
      'tasks.backend': backend,
    });
    const options = { kind: SPAN_KIND.CLIENT, attributes, links, startTime: startedAt, root: true };
    this.tracer.startSpan(`receive ${queue}`, options, this.api.ROOT_CONTEXT).end(startedAt + took);
  }
}
