import { SingleBar } from 'cli-progress';
import type { ImportTally } from './orders/import-tally.js';

/** What a log gets instead of a bar: a line at each of these shares of the rows. */
const LINES = 5;

/** Shows how far an import is, until every row has ended or the time is over. */
export class ImportProgress {
  private readonly bar = process.stdout.isTTY ? makeBar() : undefined;
  private linesShown = 0;

  constructor(
    private readonly tally: ImportTally,
    private readonly rows: number,
  ) {}

  /** @returns whether every row has ended */
  watch(time: number): Promise<boolean> {
    this.bar?.start(this.rows, 0, { retries: 0, dead: 0 });
    return new Promise((resolve) => {
      const end = (complete: boolean): void => {
        clearTimeout(timer);
        changes.unsubscribe();
        this.bar?.stop();
        resolve(complete);
      };
      const timer = setTimeout(end, time, false);
      const changes = this.tally.changes.subscribe(() => {
        this.show();
        if (this.tally.finished === this.rows) end(true);
      });
      if (this.tally.finished === this.rows) end(true);
    });
  }

  private show(): void {
    const { finished, retries, dead } = this.tally;
    if (this.bar !== undefined) return this.bar.update(finished, { retries, dead });
    const due = Math.floor((finished / this.rows) * LINES);
    if (due <= this.linesShown) return;
    this.linesShown = due;
    console.log(`  ${finished} of ${this.rows} rows ended, ${retries} retries, ${dead} dead letters`);
  }
}

function makeBar(): SingleBar {
  return new SingleBar({
    format: '  {bar} {percentage} % | {value} of {total} rows | {retries} retries | {dead} dead letters',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    stream: process.stdout,
    hideCursor: true,
  });
}
