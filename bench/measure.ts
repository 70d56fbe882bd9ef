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
  readonly target: number;
  readonly better: 'higher' | 'lower';
  readonly met: boolean;
}

/** Fills in whether the target is met. */
export function measured(row: Omit<Measure, 'met'>): Measure {
  return { ...row, met: row.better === 'higher' ? row.ratio >= row.target : row.ratio <= row.target };
}

export interface BenchSize {
  readonly rounds: number;
  readonly jobs: number;
  readonly quick: boolean;
}

export type BackendBench = (size: BenchSize) => AsyncIterable<Measure>;
