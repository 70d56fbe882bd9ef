import type { Verdict } from '../../contract/index.js';
import type { RedisReceipt } from './redis-receipt.js';

const VERDICTS: Readonly<Record<string, Verdict>> = {
  a: 'applied',
  l: 'already-applied',
  s: 'stale',
  u: 'unknown',
};

/** What a script's letter says of a run. What it was settled as may have been overtaken by a later claim. */
export function verdictOn(run: RedisReceipt, letter: string | undefined): Verdict {
  const verdict = VERDICTS[letter ?? ''] ?? 'unknown';
  return verdict === 'stale' && run.isSettled ? 'already-applied' : verdict;
}
