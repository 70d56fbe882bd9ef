import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import {
  LeaseLostError,
  Task,
  type TaskContext,
  type TaskEvent,
  TaskEvents,
  UnrecoverableError,
} from 'nestjs-tasks';
import { Journal } from './journal.js';
import type { ChaosPayload } from './settings.js';

/** Of jobs that block the event loop: longer than the leases of a chaos run. */
const BLOCK_MS = 4_500;

/** The handler of all jobs. It writes down what it does before and after it does it, and what its backend says of the outcome. */
@Injectable()
export class ChaosTasks {
  done = 0;
  private readonly fences = new Map<string, string>();

  constructor(
    @Inject(Journal) private readonly journal: Journal,
    @Inject(TaskEvents) events: TaskEvents,
  ) {
    for (const type of ['completed', 'failed', 'retrying', 'cancelled'] as const)
      events.on(type, (event) => this.heard(event));
  }

  @Task({ name: 'work' })
  async work({ producer, number, kind, ms }: ChaosPayload, ctx: TaskContext): Promise<number> {
    const { attempt, fence, job } = ctx;
    const run = { id: job.id, attempt, fence };
    this.fences.set(`${job.id} ${attempt}`, fence);
    this.journal.write('start', { ...run, call: `${producer}/${number}`, note: ctx.idempotencyKey });
    if (kind === 'poison') process.kill(process.pid, 'SIGKILL');
    if (kind === 'slow') await this.wait(ms, ctx);
    if (kind === 'blocking' && attempt === 1) block(BLOCK_MS);
    if (kind === 'hopeless') throw new UnrecoverableError('This job fails for good.');
    this.journal.write('effect', run);
    if (kind === 'dying' && attempt === 1) process.kill(process.pid, 'SIGKILL');
    if (kind === 'flaky' && attempt === 1) {
      this.journal.write('end', { ...run, note: 'thrown' });
      throw new Error('The first run of this job fails.');
    }
    this.journal.write('end', { ...run, note: 'returned' });
    return number;
  }

  private async wait(ms: number, ctx: TaskContext): Promise<void> {
    await sleep(ms, undefined, { signal: ctx.signal }).catch(() => {
      const { attempt, fence, job, signal } = ctx;
      if (signal.reason instanceof LeaseLostError) this.journal.write('lost', { id: job.id, attempt, fence });
      throw signal.reason;
    });
  }

  private heard(event: Extract<TaskEvent, { attempt?: number }>): void {
    const { taskId, attempt = 0, type } = event;
    const run = `${taskId} ${attempt}`;
    const fence = this.fences.get(run);
    // Also told are jobs that ended inside the store: those runs were not ours, or not our word.
    if (fence === undefined || (type === 'failed' && event.reason.code === 'TASKS_STALLED')) return;
    this.fences.delete(run);
    if (type !== 'retrying') this.done++;
    this.journal.write('verdict', { id: taskId, attempt, fence, note: type });
  }
}

function block(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}
