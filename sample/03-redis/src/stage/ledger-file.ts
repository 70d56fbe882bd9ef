import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerEntry } from '../orders/ledger.js';

const POLL_MS = 20;
const BOUND_MS = 10_000;

export async function readLedger(file: string): Promise<LedgerEntry[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as LedgerEntry);
}

/** Waits until a worker has begun with the order. @returns the pid of the worker */
export async function untilBegun(file: string, orderId: string): Promise<number> {
  for (const deadline = Date.now() + BOUND_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const begun = (await readLedger(file)).find((entry) => entry.orderId === orderId);
    if (begun !== undefined) return begun.pid;
  }
  throw new Error(`No worker began with ${orderId} within ${BOUND_MS / 1_000} s.`);
}
