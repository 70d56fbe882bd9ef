import { payload, type BenchPayload } from './payload.js';

/** Enqueues the payloads `first` to `first + jobs - 1` from `ways` producers at once, each waiting for its own call before the next. */
export async function produce(
  jobs: number,
  ways: number,
  enqueue: (payload: BenchPayload) => Promise<unknown>,
  first = 0,
): Promise<void> {
  let next = first;
  const producer = async () => {
    while (next < first + jobs) await enqueue(payload(next++));
  };
  await Promise.all(Array.from({ length: ways }, producer));
}
