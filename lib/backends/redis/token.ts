/** What the store knows of one run of a job. */
export interface RunNumbers {
  readonly attempt: number;
  readonly stalls: number;
  readonly fence: string;
  readonly startedAt: number;
  readonly worker: string;
}

const PATTERN = /^.(\d+),(\d+),(\d+),(\d+),[^,]*,([^]*)$/;

/** Reads a token: flag, attempt, stalls, fence, moment of the claim, place in the line, worker. */
export function readToken(token: string): RunNumbers {
  const [, attempt = '0', stalls = '0', fence = '0', startedAt = '0', worker = ''] =
    PATTERN.exec(token) ?? [];
  return { attempt: Number(attempt), stalls: Number(stalls), fence, startedAt: Number(startedAt), worker };
}
