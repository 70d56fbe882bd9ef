import type { BackendInfo, Clock, Ms, QueueBackend, QueueStatus } from '../contract/index.js';
import { ERROR_CATALOGUE, isInstance, TaskError } from '../errors/index.js';
import { knowsAges } from '../state/index.js';
import type { ResolvedHealthOptions } from './health-options.js';
import { queueVerdict } from './queue-verdict.js';
import type { BackendHealth, QueueHealth } from './task-health.js';

export interface ProbedBackend {
  readonly name: string;
  readonly backend: QueueBackend;
  readonly queues: readonly string[];
}

type Answer<T> = { readonly value: T } | { readonly trouble: string };

/** Asks one backend how it is, and each of its queues. Never rejects, and never waits longer than twice the timeout. */
export class BackendProbe {
  constructor(
    private readonly options: ResolvedHealthOptions,
    private readonly clock: Clock,
  ) {}

  async probe({ name, backend, queues }: ProbedBackend): Promise<{
    readonly backend: BackendHealth;
    readonly queues: readonly (readonly [string, QueueHealth])[];
  }> {
    const looked = queues.filter((queue) => this.options.of(queue) !== undefined);
    const since = this.clock.now();
    const ping = this.ask(() => backend.ping());
    const [info, statuses] = await Promise.all([
      ping.then((answer) => ({ answer, responseTime: Math.round(this.clock.now() - since) })),
      this.inspect(backend, looked),
    ]);
    return {
      backend: verdict(info.answer, info.responseTime),
      queues: looked.map((queue, place) => {
        const now = knowsAges(backend.capabilities) ? this.clock.now() : undefined;
        return [queue, this.read(name, queue, statuses[place], now)];
      }),
    };
  }

  /** All in one call; each alone where that fails, so that one which cannot be read does not stand for the others. */
  private async inspect(backend: QueueBackend, queues: readonly string[]): Promise<Answer<QueueStatus>[]> {
    if (queues.length === 0) return [];
    const all = await this.ask(() => backend.inspect(queues));
    if ('value' in all) return all.value.map((value) => ({ value }));
    return Promise.all(
      queues.map((queue) => this.ask(async () => (await backend.inspect([queue]))[0] as QueueStatus)),
    );
  }

  private read(
    backend: string,
    queue: string,
    answer: Answer<QueueStatus> | undefined,
    now: number | undefined,
  ): QueueHealth {
    const limits = this.options.of(queue);
    if (answer !== undefined && 'value' in answer && limits !== undefined)
      return queueVerdict(backend, answer.value, limits, now);
    const reason = answer !== undefined && 'trouble' in answer ? answer.trouble : 'it was not told of';
    return { status: 'down', reasons: [reason], backend };
  }

  private async ask<T>(call: () => Promise<T>): Promise<Answer<T>> {
    const { timeout } = this.options;
    let timer: { cancel(): void } | undefined;
    const late = new Promise<Answer<T>>((resolve) => {
      timer = this.clock.setTimer(timeout, () => resolve({ trouble: `no answer within ${timeout} ms` }));
    });
    try {
      return await Promise.race([
        call().then(
          (value) => ({ value }),
          (error: unknown) => ({ trouble: plain(error) }),
        ),
        late,
      ]);
    } catch (error) {
      return { trouble: plain(error) };
    } finally {
      timer?.cancel();
    }
  }
}

function verdict(answer: Answer<BackendInfo>, responseTime: Ms): BackendHealth {
  if ('trouble' in answer) return { status: 'down', reasons: [answer.trouble] };
  const { type, version } = answer.value;
  return { status: 'up', reasons: [], type, version, responseTime };
}

/** Our own words alone: what a driver or a server says may hold an address, a user, a password. */
function plain(error: unknown): string {
  if (!isInstance(error, TaskError)) return 'an unexpected error';
  return `${error.code}: ${ERROR_CATALOGUE[error.code].what}`;
}
