import type { Output } from './output.js';

/** What became of one of those that were named. */
export interface Verdict {
  readonly id: string;
  readonly verdict: string;
}

export function tellVerdicts(output: Output, verdicts: readonly Verdict[]): void {
  output.list(verdicts, {
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: '', value: ({ verdict }) => verdict },
    ],
    empty: 'None.',
  });
}
