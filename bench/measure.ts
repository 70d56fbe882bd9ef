/** One row of a benchmark. */
export interface Measure {
  readonly backend: string;
  readonly measure: string;
  readonly unit: string;
  readonly ours: number;
  /** By name. */
  readonly peers: Readonly<Record<string, number>>;
  /** What a plain program without a product reaches. */
  readonly raw: number | null;
  /** What the target is about. */
  readonly ratio: number;
  /** null: stated without one. */
  readonly target: number | null;
  readonly better: 'higher' | 'lower';
  readonly met: boolean;
}

/** Fills in whether the target is met. */
export function measured(row: Omit<Measure, 'met'>): Measure {
  const { ratio, target, better } = row;
  return { ...row, met: target === null || (better === 'higher' ? ratio >= target : ratio <= target) };
}

export interface BenchSize {
  readonly rounds: number;
  readonly jobs: number;
  readonly quick: boolean;
  /** Whether a row is asked for; those of the brokers run alone. */
  readonly isWanted: (measure: string) => boolean;
  /** Program that runs the subjects on Redis. Those on PostgreSQL have no choice, and the others run on the Node of the command. */
  readonly node: string;
}

export type BackendBench = (size: BenchSize) => AsyncIterable<Measure>;
