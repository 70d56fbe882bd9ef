import { isDeepStrictEqual } from 'node:util';

/** Collects what is not as it should be. */
export class SelfCheck {
  private held = 0;
  private readonly differences: string[] = [];

  equal<T>(what: string, actual: T, expected: T): void {
    if (isDeepStrictEqual(actual, expected)) this.held += 1;
    else this.differences.push(`${what}: ${show(actual)}, expected ${show(expected)}`);
  }

  /** Prints the verdict. @returns whether everything was as expected */
  report(): boolean {
    const total = this.held + this.differences.length;
    console.log(`self-check  ${this.held} of ${total} hold`);
    for (const difference of this.differences) console.error(`  differs: ${difference}`);
    return this.differences.length === 0;
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
