import { describe, expect, it } from 'vitest';
import { createMemoryBackend } from '../../../lib/backends/index.js';
import type { TaskBackend } from '../../../lib/contract/index.js';
import { ManualClock } from '../../../lib/testing/manual-clock.js';
import { Sweeper } from '../../../lib/worker/sweeper.js';

const HOUR = 3_600_000;

/** Processes of these names, which share a backend; who has swept it, in order. */
function fleet(...names: string[]) {
  const clock = new ManualClock();
  const backend = createMemoryBackend({ name: 'main', type: 'memory', options: {}, clock });
  const swept: string[] = [];
  const logged: string[] = [];
  const sweepers = names.map((name) => {
    const own: TaskBackend = {
      state: backend.state,
      queue: Object.assign(Object.create(backend.queue) as TaskBackend['queue'], {
        recover: () => {
          swept.push(name);
          return backend.queue.recover();
        },
      }),
    };
    const logger = { warn: (message: string) => void logged.push(message) };
    return new Sweeper([own], name, HOUR, clock, logger, () => undefined);
  });
  for (const sweeper of sweepers) sweeper.start();
  return { clock, backend, sweepers, swept, logged };
}

describe('The sweep of what is overdue', () => {
  it('is done by one of all processes that share a backend, an interval', async () => {
    const { clock, swept } = fleet('a', 'b', 'c');
    await clock.advance(3 * HOUR + 1);
    expect(swept).toEqual(['a', 'a', 'a']);
  });

  it('is done by another when that one is gone', async () => {
    const { clock, sweepers, swept } = fleet('a', 'b');
    await clock.advance(HOUR + 1);
    sweepers[0]?.stop();
    await clock.advance(HOUR);
    expect(swept).toEqual(['a', 'b']);
  });

  it('is left to the next time, with a word, when the store is in trouble', async () => {
    const { clock, backend, swept, logged } = fleet('a');
    const acquire = backend.state.acquire.bind(backend.state);
    backend.state.acquire = () => Promise.reject(new Error('away'));
    await clock.advance(HOUR + 1);
    expect([swept, logged]).toEqual([[], ['Sweep failed: away']]);
    backend.state.acquire = acquire;
    await clock.advance(HOUR);
    expect(swept).toEqual(['a']);
  });
});
