import { describe, expect, it } from 'vitest';
import { typeCheck } from './type-check.js';

/* What an app declares holds for the whole of a program, so that each case is one of its own. */
const check = (code: string): string[] => typeCheck([{ page: 'README.md', language: 'ts', line: 1, code }]);

const TASKS = `
import { Task, type Serialized, type TaskClient } from 'nestjs-tasks';

class Counts {
  @Task() async add(counts: { byMonth: Map<string, bigint>; at: Date }): Promise<Map<string, Date>> {
    return new Map([...counts.byMonth.keys()].map((month) => [month, counts.at]));
  }
}
declare const counts: TaskClient<Counts>;
export const added = async (): Promise<Date | undefined> => {
  const job = await counts.add.delay({ byMonth: new Map([['may', 1n]]), at: new Date() });
  const result: Map<string, Date> = await job.result();
  return result.get('may');
};
declare const serialized: Serialized<{ at: Date; total: bigint; run(): void }>;
export const at: Date = serialized.at;
export const total: bigint = serialized.total;
// @ts-expect-error: methods are gone whatever the codec
serialized.run;
`;

const CODEC = `
declare module 'nestjs-tasks' {
  interface CodecTypes { carried: Date | bigint | Map<unknown, unknown> }
}
`;

describe('What the codec of an app carries', () => {
  it('compiles in payloads and results, and arrives as it is', { timeout: 180_000 }, () => {
    expect(check(TASKS + CODEC)).toEqual([]);
  });

  it('is nothing but JSON where the app says nothing', { timeout: 180_000 }, () => {
    expect(check(TASKS)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /The parameter is not what arrives|What the method returns cannot be carried as JSON/u,
        ),
        expect.stringContaining("is not assignable to parameter of type 'never'"),
        expect.stringContaining("Type 'string' is not assignable to type 'Date'"),
      ]),
    );
  });
});
