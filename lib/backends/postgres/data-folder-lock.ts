import { link, mkdir, readFile, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ms } from '../../contract/index.js';
import { isRunning, ownMark, type ProcessMark } from './process-mark.js';

/** How often the owner says that it is still there, for processes of other hosts. */
const HEARTBEAT: Ms = 5_000;
/** How long a host that says nothing is believed to be there. */
const SILENCE: Ms = 30_000;
/** How long removing a lock may take, before whoever does it is taken for dead. */
const REMOVAL: Ms = 10_000;
const TRIES = 40;
const PAUSE: Ms = 50;

/** Who has the folder. */
export interface FolderOwner extends ProcessMark {
  readonly file: string;
}

/**
 * The right of one process to a folder: a file in it that names the process. One that a dead process left behind is taken over.
 *
 * @example
 * const lock = await DataFolderLock.take('./.tasks');
 * if (!(lock instanceof DataFolderLock)) throw new Error(`Process ${lock.pid} has it.`);
 */
export class DataFolderLock {
  private readonly heartbeat: NodeJS.Timeout;

  private constructor(
    private readonly file: string,
    private readonly text: string,
  ) {
    this.heartbeat = setInterval(() => {
      const now = new Date();
      utimes(file, now, now).catch(() => undefined);
    }, HEARTBEAT).unref();
  }

  /** Makes the folder if need be. @returns the lock, or who has it */
  static async take(folder: string): Promise<DataFolderLock | FolderOwner> {
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'lock');
    const text = `${JSON.stringify(ownMark())}\n`;
    const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    await writeFile(draft, text);
    try {
      for (let tries = 1; ; tries++) {
        if (await linked(draft, file)) return new DataFolderLock(file, text);
        const owner = await ownerOf(file);
        if (owner !== undefined && (await isHeld(file, owner))) return { ...owner, file };
        if (tries === TRIES) return { ...(owner ?? ownMark()), file };
        await removeDead(file);
      }
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Lets go of the folder. Idempotent. */
  async release(): Promise<void> {
    clearInterval(this.heartbeat);
    const text = await readFile(this.file, 'utf8').catch(() => undefined);
    if (text === this.text) await rm(this.file, { force: true });
  }
}

/** Puts the file there whole, or not at all where there is one. */
async function linked(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function ownerOf(file: string): Promise<ProcessMark | undefined> {
  try {
    const { host, pid, startedAt } = JSON.parse(await readFile(file, 'utf8')) as Partial<ProcessMark>;
    return typeof host === 'string' && typeof pid === 'number' ? { host, pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}

async function isHeld(file: string, owner: ProcessMark): Promise<boolean> {
  const running = isRunning(owner);
  if (running !== undefined) return running;
  return (await ageOf(file)) < SILENCE;
}

async function ageOf(file: string): Promise<Ms> {
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
  return Date.now() - mtimeMs;
}

/** Of many who find a dead owner's file one removes it, and looks once more before: another may have put its own there meanwhile. */
async function removeDead(file: string): Promise<void> {
  const turn = `${file}.removing`;
  try {
    await mkdir(turn);
  } catch {
    if ((await ageOf(turn)) > REMOVAL) await rm(turn, { recursive: true, force: true });
    await sleep(PAUSE);
    return;
  }
  try {
    const owner = await ownerOf(file);
    if (owner === undefined || !(await isHeld(file, owner))) await unlink(file).catch(() => undefined);
  } finally {
    await rm(turn, { recursive: true, force: true });
  }
}
