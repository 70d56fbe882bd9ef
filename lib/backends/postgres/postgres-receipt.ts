import type { Receipt, Verdict } from '../../contract/index.js';

/** A worker's right to one claim of one job: whoever shows its fence while the job runs holds it. */
export class PostgresReceipt {
  /** Whether a verdict on it was applied, as far as this process knows. */
  isSettled = false;

  constructor(
    readonly queue: string,
    /** As the database calls it. */
    readonly queueId: number,
    /** As it is kept. */
    readonly id: string,
    readonly fence: string,
    /** Its end frees more than its place in the hands of a worker. */
    readonly isRare: boolean,
  ) {}
}

/** What a receipt of ours stands for; anything else was made up. */
export function receiptOf(receipt: Receipt): PostgresReceipt | undefined {
  const ours = receipt as unknown;
  return ours instanceof PostgresReceipt ? ours : undefined;
}

const VERDICTS: Readonly<Record<string, Verdict>> = {
  a: 'applied',
  l: 'already-applied',
  s: 'stale',
  u: 'unknown',
};

/** What a function's letter says of a run. What it was settled as may have been overtaken by a later claim. */
export function verdictOn(run: PostgresReceipt, letter: string | undefined): Verdict {
  const verdict = VERDICTS[letter ?? ''] ?? 'unknown';
  return verdict === 'stale' && run.isSettled ? 'already-applied' : verdict;
}
