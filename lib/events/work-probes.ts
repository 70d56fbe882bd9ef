import { Logger } from '@nestjs/common';
import type { ClaimedJob, EndedJob, NewJob, Outcome } from '../contract/index.js';
import { toErrorRecord } from '../errors/index.js';
import type { AnsweredClaim, EnqueueTracer, ProbedRun, WorkProbe } from './work-probe.js';

type Hook = keyof WorkProbe;

/** Who watches the work of an app from inside; nobody, unless the app imports a module that does. */
export class WorkProbes {
  /** Stands around the calls that enqueue. Default: nobody. */
  tracer: EnqueueTracer | undefined = undefined;

  private readonly logger = new Logger('Tasks');
  /** Arrays are replaced, never changed: a call under way reaches those who were there when it began. */
  private readonly watching: Record<Hook, readonly WorkProbe[]> = {
    enqueued: [],
    claimed: [],
    claimFailed: [],
    started: [],
    settled: [],
    lost: [],
    ended: [],
  };

  /** @returns stops watching */
  add(probe: WorkProbe): () => void {
    const hooks = (Object.keys(this.watching) as Hook[]).filter((hook) => probe[hook] !== undefined);
    for (const hook of hooks) this.watching[hook] = [...this.watching[hook], probe];
    return () => {
      for (const hook of hooks) this.watching[hook] = this.watching[hook].filter((other) => other !== probe);
    };
  }

  /** Whether anybody watches: who has to measure first asks. */
  wants(hook: Hook): boolean {
    return this.watching[hook].length > 0;
  }

  enqueued(job: NewJob): void {
    for (const probe of this.watching.enqueued) this.tell('enqueued', () => probe.enqueued?.(job));
  }

  claimed(claim: AnsweredClaim): void {
    for (const probe of this.watching.claimed) this.tell('claimed', () => probe.claimed?.(claim));
  }

  claimFailed(backend: string): void {
    for (const probe of this.watching.claimFailed)
      this.tell('claimFailed', () => probe.claimFailed?.(backend));
  }

  started(run: ProbedRun): void {
    for (const probe of this.watching.started) this.tell('started', () => probe.started?.(run));
  }

  settled(run: ProbedRun, outcome: Outcome): void {
    for (const probe of this.watching.settled) this.tell('settled', () => probe.settled?.(run, outcome));
  }

  lost(job: ClaimedJob): void {
    for (const probe of this.watching.lost) this.tell('lost', () => probe.lost?.(job));
  }

  ended(job: EndedJob): void {
    for (const probe of this.watching.ended) this.tell('ended', () => probe.ended?.(job));
  }

  /** Watching must not stop the work. */
  private tell(hook: Hook, body: () => void): void {
    try {
      body();
    } catch (error) {
      const { message, stack } = toErrorRecord(error);
      this.logger.error(`What watches the work of this process failed on '${hook}': ${message}`, stack);
    }
  }
}
