import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names one process for good: its number alone is given to another one later. */
export interface ProcessMark {
  readonly host: string;
  readonly pid: number;
  /** When the system started it, in whatever unit it keeps; nothing where it does not say. */
  readonly startedAt: string | undefined;
}

export function ownMark(): ProcessMark {
  return { host: hostname(), pid: process.pid, startedAt: startOf(process.pid) };
}

/** @returns whether that process runs here; nothing when it is of another host, of which nobody here can tell */
export function isRunning({ host, pid, startedAt }: ProcessMark): boolean | undefined {
  if (host !== hostname()) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is one too.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const startedNow = startOf(pid);
  return startedAt === undefined || startedNow === undefined || startedAt === startedNow;
}

/** Field 22 of Linux's `/proc/<pid>/stat`, with the boot that it counts from; elsewhere nothing. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The second field is the program's name, in parentheses, and may hold blanks.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? undefined : `${boot}/${ticks}`;
  } catch {
    return undefined;
  }
}
