import 'reflect-metadata';
import {
  type CanActivate,
  Injectable,
  Module,
  Scope,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import type { ExecutionContext, NestInterceptor, PipeTransform } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HandlerRegistry, InjectJobContext, Task, type TaskContext, TasksModule } from 'nestjs-tasks';
import { payload } from '../payload.js';
import type { Subject } from '../subjects.js';

/** Calls between two looks at the time spent: the kinds take turns, so that a machine that gets slower meets all alike. */
const TURN = 2_000;

/** A call less is a call that something skipped. */
let calls = 0;

@Injectable()
class Guard implements CanActivate {
  canActivate(_: ExecutionContext): boolean {
    return true;
  }
}

@Injectable()
class Interceptor implements NestInterceptor {
  intercept: NestInterceptor['intercept'] = (_, next) => next.handle();
}

@Injectable()
class Pipe implements PipeTransform {
  transform(value: unknown): unknown {
    return value;
  }
}

@Injectable()
class Tasks {
  @Task() async bare(_: unknown): Promise<void> {
    calls++;
  }

  @UseGuards(Guard)
  @UseInterceptors(Interceptor)
  @UsePipes(Pipe)
  @Task()
  async enhanced(_: unknown): Promise<void> {
    calls++;
  }
}

@Injectable({ scope: Scope.REQUEST })
class Tenant {
  constructor(@InjectJobContext() readonly ctx: TaskContext) {}
}

@Injectable()
class ScopedTasks {
  constructor(private readonly tenant: Tenant) {}

  @Task() async scoped(_: unknown): Promise<void> {
    if (this.tenant.ctx.attempt === 1) calls++;
  }
}

@Module({
  imports: [TasksModule.forRoot({ worker: { autoStart: false } })],
  providers: [Tasks, ScopedTasks, Tenant],
})
class BenchModule {}

/**
 * Microseconds of processor time, which neighbours on the machine have little part in, that a handler with a guard, an
 * interceptor and a pipe, and a request-scoped one, take more than a bare one.
 */
const subject: Subject = async (jobs) => {
  const app = await NestFactory.createApplicationContext(BenchModule, { logger: ['error', 'warn'] });
  const handlers = app.get(HandlerRegistry);
  const body = payload(1);
  const run = async (name: string) => {
    const invoke = handlers.get(name)?.invoke;
    if (invoke === undefined) throw new Error(`There is no handler ${name}.`);
    const start = process.cpuUsage();
    for (let n = 0; n < TURN; n++) await invoke(body, { attempt: 1, headers: {} } as TaskContext);
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  const spent = { bare: 0, enhanced: 0, scoped: 0 };
  const names = Object.keys(spent) as (keyof typeof spent)[];
  for (const name of names) await run(name);
  const turns = Math.ceil(jobs / TURN);
  for (let turn = 0; turn < turns; turn++) for (const name of names) spent[name] += await run(name);
  await app.close();
  if (calls !== names.length * TURN * (turns + 1))
    throw new Error(`The handlers were called ${calls} times.`);
  const each = (name: keyof typeof spent) => spent[name] / (turns * TURN);
  return {
    bare: each('bare'),
    enhanced: each('enhanced') - each('bare'),
    scoped: each('scoped') - each('bare'),
  };
};

export default subject;
