import { payload, type BenchPayload } from './payload.js';

/** Enqueues `jobs` payloads from `ways` producers at once, each waiting for its own call before the next. */
export async function produce(
  jobs: number,
  ways: number,
  enqueue: (payload: BenchPayload) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const producer = async () => {
    while (next < jobs) await enqueue(payload(next++));
  };
  await Promise.all(Array.from({ length: ways }, producer));
}
