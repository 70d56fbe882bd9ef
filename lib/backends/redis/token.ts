/** What the store knows of one run of a job. */
export interface RunNumbers {
  readonly attempt: number;
  readonly stalls: number;
  readonly fence: string;
  readonly startedAt: number;
  readonly worker: string;
}

// oxlint-disable-next-line no-control-regex -- what a worker's name is padded with
const PATTERN = /^.(\d+),(\d+),(\d+),(\d+),[^,]*,([^\0]*)/;

/** A token of more than 64 bytes makes the server keep tokens in a table from the first on, rather than in a list that it reads through. */
const WORKER_LENGTH = 44;

/** Reads a token: flag, attempt, stalls, fence, moment of the claim, place in the line, worker. */
export function readToken(token: string): RunNumbers {
  const [, attempt = '0', stalls = '0', fence = '0', startedAt = '0', worker = ''] =
    PATTERN.exec(token) ?? [];
  return { attempt: Number(attempt), stalls: Number(stalls), fence, startedAt: Number(startedAt), worker };
}

/** A worker's name as tokens have it. */
export function padWorker(worker: string): string {
  return worker.padEnd(WORKER_LENGTH, '\0');
}
