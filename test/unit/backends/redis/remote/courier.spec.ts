import { describe, expect, it, vi } from 'vitest';
import { Courier } from '../../../../../lib/backends/redis/remote/courier.js';
import type { Settled } from '../../../../../lib/backends/redis/remote/outbox.js';

const quiet: Settled = { stirred: new Set() };
const trouble = new Error('nobody answers');

/** A turn that ends when it is told to. */
function slowly(): { settle: (queue: string) => Promise<Settled>; begun: string[]; end: () => void } {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const settle = (queue: string): Promise<Settled> => {
    begun.push(queue);
    return new Promise((resolve) => ends.push(() => resolve(quiet)));
  };
  return { settle, begun, end: () => ends.shift()?.() };
}

describe('Courier', () => {
  it('goes on to the queues that have got something for others thereby', async () => {
    const stirred: Record<string, string[]> = { mail: ['reports', 'archive'], reports: ['mail'] };
    const settled: string[] = [];
    const courier = new Courier(async (queue) => {
      settled.push(queue);
      const next = new Set(stirred[queue]);
      delete stirred[queue];
      return { stirred: next };
    });
    await courier.carry('mail');
    expect(settled).toEqual(['mail', 'reports', 'archive', 'mail']);
  });

  it('lets all who come while a turn is under way share the next', async () => {
    const { settle, begun, end } = slowly();
    const courier = new Courier(settle);
    const first = courier.carry('mail');
    const later = [courier.carry('mail'), courier.carry('mail')];
    expect(begun).toEqual(['mail']);
    end();
    await first;
    await vi.waitFor(() => expect(begun).toHaveLength(2));
    end();
    await Promise.all(later);
    expect(begun).toEqual(['mail', 'mail']);
  });

  it('tells of trouble once everything else is carried', async () => {
    const settled: string[] = [];
    const courier = new Courier(async (queue) => {
      settled.push(queue);
      return queue === 'mail' ? { stirred: new Set(['reports']), trouble } : quiet;
    });
    await expect(courier.carry('mail')).rejects.toBe(trouble);
    expect(settled).toEqual(['mail', 'reports']);
  });

  it('tries again a second after trouble, and not before, until there is none', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    let isDown = true;
    const settle = vi.fn(async (): Promise<Settled> => (isDown ? { stirred: new Set(), trouble } : quiet));
    const courier = new Courier(settle);
    await expect(courier.carry('mail')).rejects.toBe(trouble);
    courier.catchUp('mail');
    courier.catchUp('reports');
    expect(settle).toHaveBeenCalledTimes(1);
    isDown = false;
    vi.advanceTimersByTime(1_000);
    courier.catchUp('mail');
    expect(settle).toHaveBeenCalledTimes(2);
    await courier.carry('reports');
    vi.advanceTimersByTime(1_000);
    courier.catchUp('mail');
    expect(settle).toHaveBeenCalledTimes(3);
    vi.useRealTimers();
  });
});
