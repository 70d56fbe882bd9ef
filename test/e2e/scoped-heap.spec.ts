import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Injectable, Scope } from '@nestjs/common';
import { HandlerRegistry, InjectJobContext, Task, type TaskContext, TasksModule } from 'nestjs-tasks';
import { expect, it } from 'vitest';
import { startApp } from './start-app.js';

/** Far over what the heap moves by itself, far under what keeping one object of each run would take. */
const BOUND_MB = 4;
const RUNS = 20_000;

it('A request-scoped handler leaves nothing of its runs behind', { timeout: 60_000 }, async () => {
  @Injectable({ scope: Scope.REQUEST })
  class Tenant {
    /** Enough to be seen if it were kept: 20 MB over all runs. */
    readonly ballast = Array.from({ length: 128 }, () => 0);
    constructor(@InjectJobContext() readonly ctx: TaskContext) {}
  }
  @Injectable()
  class Tasks {
    constructor(private readonly tenant: Tenant) {}
    @Task() work() {
      return this.tenant.ballast.length;
    }
  }
  const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks, Tenant] });
  const handlers = app.get(HandlerRegistry);
  const run = async (count: number) => {
    for (let n = 0; n < count; n++) await handlers.execute({ name: 'work' });
    return settledHeap();
  };
  const before = await run(RUNS / 4);
  const after = await run(RUNS);
  expect((after - before) / 2 ** 20).toBeLessThan(BOUND_MB);
});

/** Bytes in use once nothing more can be collected. */
async function settledHeap(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return process.memoryUsage().heapUsed;
}
