import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataFolderLock, type FolderOwner } from '../../../../lib/backends/postgres/data-folder-lock.js';
import { ownMark, type ProcessMark } from '../../../../lib/backends/postgres/process-mark.js';
import { temporaryFolder } from '../../../servers/child-server.mjs';

let folder: ReturnType<typeof temporaryFolder>;
const held: DataFolderLock[] = [];
beforeEach(() => {
  folder = temporaryFolder('lock');
});
afterEach(async () => {
  for (const lock of held.splice(0)) await lock.release();
  folder.dispose();
});

async function take(path = folder.path): Promise<DataFolderLock | FolderOwner> {
  const taken = await DataFolderLock.take(path);
  if (taken instanceof DataFolderLock) held.push(taken);
  return taken;
}

/** What a process left behind. */
function leave(mark: Partial<ProcessMark> | string): void {
  const text = typeof mark === 'string' ? mark : JSON.stringify(mark);
  writeFileSync(join(folder.path, 'lock'), text);
}

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid as number;
}

describe('the lock of a folder', () => {
  it('is given to one, who is named to the others', async () => {
    expect(await take()).toBeInstanceOf(DataFolderLock);
    expect(await take()).toMatchObject({ pid: process.pid, host: hostname() });
  });

  it('is free again once it is released, and leaves nothing behind', async () => {
    const lock = (await take()) as DataFolderLock;
    await lock.release();
    await lock.release();
    expect(readdirSync(folder.path)).toEqual([]);
    expect(await take()).toBeInstanceOf(DataFolderLock);
    expect(readdirSync(folder.path)).toEqual(['lock']);
  });

  it('makes the folder', async () => {
    expect(await take(join(folder.path, 'deep', 'down'))).toBeInstanceOf(DataFolderLock);
  });

  it('is given to one of many who ask at once', async () => {
    const taken = await Promise.all(Array.from({ length: 20 }, () => take()));
    expect(taken.filter((one) => one instanceof DataFolderLock)).toHaveLength(1);
  });

  it('of a process that is dead is taken over', async () => {
    leave({ ...ownMark(), pid: await deadProcess() });
    expect(await take()).toBeInstanceOf(DataFolderLock);
    expect(JSON.parse(readFileSync(join(folder.path, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('of a process whose number was given to another since is taken over', async () => {
    leave({ ...ownMark(), startedAt: 'another-boot/1' });
    expect(await take()).toBeInstanceOf(DataFolderLock);
  });

  it('of a dead process is taken over by one of many who find it', async () => {
    leave({ ...ownMark(), pid: await deadProcess() });
    const taken = await Promise.all(Array.from({ length: 20 }, () => take()));
    expect(taken.filter((one) => one instanceof DataFolderLock)).toHaveLength(1);
  });

  it('that was written by halves is taken over', async () => {
    leave('{"host":');
    expect(await take()).toBeInstanceOf(DataFolderLock);
  });

  it('of another host is respected while that says that it is there, and taken over when it is silent', async () => {
    leave({ host: 'elsewhere', pid: 1, startedAt: undefined });
    expect(await take()).toMatchObject({ host: 'elsewhere', pid: 1 });
    const past = new Date(Date.now() - 31_000);
    utimesSync(join(folder.path, 'lock'), past, past);
    expect(await take()).toBeInstanceOf(DataFolderLock);
  });

  it('is not removed by one who has lost it', async () => {
    const lock = (await take()) as DataFolderLock;
    leave({ host: 'elsewhere', pid: 1, startedAt: undefined });
    await lock.release();
    expect(readdirSync(folder.path)).toEqual(['lock']);
  });
});
