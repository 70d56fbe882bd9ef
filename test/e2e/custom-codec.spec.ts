import { deserialize, serialize } from 'node:v8';
import { Injectable } from '@nestjs/common';
import {
  DeadLetterQueue,
  InjectTasks,
  type PayloadCodec,
  Task,
  type TaskClient,
  type TaskContext,
  TasksModule,
} from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { startApp } from './start-app.js';

/** Carries maps, dates and big numbers, as bytes. */
const codec: PayloadCodec = {
  name: 'v8',
  encode: (value) => new Uint8Array(serialize(value)),
  decode: (payload) => deserialize(payload as Uint8Array),
};

const seen: unknown[] = [];

@Injectable()
class Counts {
  @Task({ maxRetries: 0 })
  async add(counts: unknown, ctx: TaskContext): Promise<unknown> {
    seen.push(counts);
    await ctx.progress(1, 2, 'half');
    return { total: 7n, by: counts };
  }

  @Task({ maxRetries: 0 })
  fail(_counts: unknown): void {
    throw new Error('as planned');
  }
}

@Injectable()
class Caller {
  constructor(@InjectTasks(Counts) readonly counts: TaskClient<Counts>) {}
}

describe('A codec of the app', () => {
  const payload = { byMonth: new Map([['may', 1n]]), at: new Date(0) };
  const start = () => startApp({ imports: [TasksModule.forRoot({ codec })], providers: [Counts, Caller] });

  it('carries payloads to handlers and results to callers', async () => {
    const app = await start();
    const job = await app.get(Caller).counts.add.delay(payload);
    expect(await job.result({ timeout: '5s' })).toEqual({ total: 7n, by: payload });
    expect(seen).toEqual([payload]);
  });

  it('reads a payload back from the dead letters', async () => {
    const app = await start();
    const job = await app.get(Caller).counts.fail.delay(payload);
    await expect(job.result({ timeout: '5s' })).rejects.toThrow('as planned');
    const [dead] = await app.get(DeadLetterQueue).list();
    expect(dead?.job.payload).toEqual(payload);
  });
});
