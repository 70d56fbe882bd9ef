import assert from 'node:assert/strict';
import type { ModelJob } from './model-job.js';

/** How far one key ran ahead of another since both have jobs ready, in shares: jobs handed out by weight. */
interface Rivalry {
  readonly one: string;
  readonly other: string;
  lead: number;
  least: number;
  most: number;
}

/** What adding up fractions may come to. */
const ROUNDING = 1e-6;

/**
 * What start-time fair queueing promises, however a store computes it: of two keys that both have jobs ready, neither gets ahead of
 * the other by more than one job of each (Goyal, Vin and Cheng, 1996: `|Wf/rf - Wg/rg| <= lf/rf + lg/rg` over every interval).
 *
 * Held for one priority of one queue. A job that is put back has its old place again, so its key may get as many ahead. A job that
 * is withdrawn may leave a gap where it stood: its key is not looked at until nobody is ready.
 */
export class FairShares {
  private rivalries: Rivalry[] = [];
  private readonly weights = new Map<string, number>();
  private readonly returned = new Map<string, number>();
  private readonly withdrawn = new Set<string>();

  /** Takes note of who is ready now. */
  look(ready: readonly ModelJob[]): void {
    if (ready.length === 0) {
      this.returned.clear();
      this.withdrawn.clear();
    }
    for (const { given } of ready)
      if (given.key !== undefined) this.weights.set(given.key, given.weight ?? 1);
    const keys = [...new Set(ready.flatMap(({ given }) => given.key ?? []))]
      .filter((key) => !this.withdrawn.has(key))
      .toSorted((a, b) => (a < b ? -1 : 1));
    const known = (one: string, other: string) =>
      this.rivalries.find((rivalry) => rivalry.one === one && rivalry.other === other);
    this.rivalries = keys.flatMap((one, place) =>
      keys.slice(place + 1).map((other) => known(one, other) ?? { one, other, lead: 0, least: 0, most: 0 }),
    );
  }

  served(key: string): void {
    this.move(key, this.shareOf(key));
    for (const rivalry of this.rivalries) this.check(rivalry);
  }

  putBack(key: string): void {
    this.returned.set(key, (this.returned.get(key) ?? 0) + 1);
    this.move(key, -this.shareOf(key));
  }

  withdraw(key: string): void {
    this.withdrawn.add(key);
  }

  private move(key: string, shares: number): void {
    for (const rivalry of this.rivalries) {
      if (rivalry.one !== key && rivalry.other !== key) continue;
      rivalry.lead += rivalry.one === key ? shares : -shares;
      rivalry.least = Math.min(rivalry.least, rivalry.lead);
      rivalry.most = Math.max(rivalry.most, rivalry.lead);
    }
  }

  private check({ one, other, least, most }: Rivalry): void {
    const bound = [one, other]
      .map((key) => this.shareOf(key) * (1 + (this.returned.get(key) ?? 0)))
      .reduce((sum, shares) => sum + shares);
    assert.ok(
      most - least <= bound + ROUNDING,
      `keys ${one} and ${other} were both ready, and one got ${most - least} shares ahead of the other; at most ${bound} are fair`,
    );
  }

  private shareOf(key: string): number {
    return 1 / (this.weights.get(key) ?? 1);
  }
}
