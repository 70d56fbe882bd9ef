import { inspect, isDeepStrictEqual } from 'node:util';

/** What was looked at, and what differs from what should be. */
export class Report {
  readonly faults: string[] = [];
  looks = 0;

  expect(what: string, actual: unknown, expected: unknown): void {
    this.looks++;
    if (isDeepStrictEqual(actual, expected)) return;
    this.faults.push(`${what}: ${shown(actual)}, expected ${shown(expected)}`);
  }

  /** That of a list nothing is left. */
  expectNone(what: string, found: readonly unknown[]): void {
    this.expect(what, found, []);
  }
}

const shown = (value: unknown): string => inspect(value, { breakLength: Infinity, depth: 4 });
