import { Random } from '../../../lib/testing/random.js';
import type { ChaosPayload, ChildSettings, JobKind } from './settings.js';

/** What each job of a producer is: the seed decides. */
export function choosePayload({ name, seed, mix }: ChildSettings): (number: number) => ChaosPayload {
  const random = new Random(seed);
  const kinds = Object.entries(mix) as [JobKind, number][];
  return (number) => {
    let roll = random.next() * 100;
    const kind = kinds.find(([, share]) => (roll -= share) < 0)?.[0] ?? 'plain';
    const ms = kind === 'later' ? 100 + random.below(500) : 20 + random.below(180);
    return { producer: name, number, kind, ms };
  };
}
