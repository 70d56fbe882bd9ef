/** What every benchmark enqueues: 200 bytes of JSON with a number that tells the jobs apart. */
export interface BenchPayload {
  readonly n: number;
  readonly email: string;
  readonly template: string;
  readonly tags: readonly string[];
  readonly pad: string;
}

export function payload(n: number): BenchPayload {
  return {
    n,
    email: `user${n}@example.com`,
    template: 'welcome',
    tags: ['a', 'b', 'c'],
    pad: 'x'.repeat(100),
  };
}
