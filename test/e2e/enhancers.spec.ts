import {
  type ArgumentMetadata,
  type ArgumentsHost,
  BadRequestException,
  type CanActivate,
  Catch,
  Controller,
  createParamDecorator,
  type ExceptionFilter,
  type ExecutionContext,
  ForbiddenException,
  HttpException,
  Injectable,
  type NestInterceptor,
  NotFoundException,
  type PipeTransform,
  type Provider,
  type Type,
  UnauthorizedException,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { CapturingLogger } from '@nestjs/testing';
import {
  isTaskContext,
  type Job,
  JobContext,
  JobPayload,
  JobRefusedError,
  RetryLaterError,
  Task,
  type TaskContext,
  type TaskOptions,
  TasksModule,
} from 'nestjs-tasks';
import { catchError, EMPTY, map, of, throwError, timeout } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { nextEvent } from './next-event.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

/** Enqueues one job of the app's one task and waits until it ends; gives it back as it is kept then. */
async function run(
  tasks: Type,
  payload?: unknown,
  providers: readonly Provider[] = [],
  logger?: CapturingLogger,
): Promise<Job> {
  const app = await startApp(
    { imports: [TasksModule.forRoot()], providers: [tasks, ...providers] },
    logger === undefined ? {} : { logger },
  );
  const job = await queueOf(app).enqueue('task', payload);
  await job.result().catch(() => undefined);
  return job.refresh();
}

/** Two more runs, at once. */
const retried: TaskOptions = { name: 'task', maxRetries: 2, retry: { delay: 0 } };

const guardOf = (decide: (host: ExecutionContext) => boolean): CanActivate => ({ canActivate: decide });
const interceptorOf = (intercept: NestInterceptor['intercept']): NestInterceptor => ({ intercept });
const filterOf = (answer: (error: unknown, host: ArgumentsHost) => unknown): ExceptionFilter => {
  @Catch()
  class Answers implements ExceptionFilter {
    catch(error: unknown, host: ArgumentsHost): unknown {
      return answer(error, host);
    }
  }
  return new Answers();
};
const pipeOf = (transform: (value: unknown, metadata: ArgumentMetadata) => unknown): PipeTransform => ({
  transform,
});

describe('What an enhancer of a task sees', () => {
  it('is a context of the type "task": payload and context, class and method', async () => {
    let seen: ExecutionContext | undefined;
    class Tasks {
      @UseGuards(guardOf((host) => (seen = host) === host))
      @Task('task')
      work(_: unknown) {}
    }
    const job = await run(Tasks, { to: 'ada' });
    expect(seen?.getType<string>()).toBe('task');
    expect(seen !== undefined && isTaskContext(seen)).toBe(true);
    const [payload, ctx] = seen?.getArgs<[unknown, TaskContext]>() ?? [];
    expect([payload, ctx?.job.id]).toEqual([{ to: 'ada' }, job.id]);
    expect(seen?.switchToRpc().getData()).toBe(payload);
    expect(seen?.switchToRpc().getContext()).toBe(ctx);
    expect([seen?.getClass(), seen?.getHandler()]).toEqual([Tasks, Tasks.prototype.work]);
  });

  it('is told apart from a request', () => {
    expect(isTaskContext({ getType: () => 'http' } as unknown as ArgumentsHost)).toBe(false);
  });
});

describe('The order of enhancers', () => {
  it("is Nest's: guards, interceptors, pipes, the method, and filters outside; the class's first", async () => {
    const order: string[] = [];
    const guard = (name: string) => guardOf(() => order.push(name) > 0);
    const interceptor = (name: string) =>
      interceptorOf((_, next) => {
        order.push(name);
        return next.handle();
      });
    const pipe = (name: string) => pipeOf((value) => (order.push(name), value));
    @UseGuards(guard('class guard'))
    @UseInterceptors(interceptor('class interceptor'))
    @UsePipes(pipe('class pipe'))
    class Tasks {
      @UseFilters(filterOf(() => (order.push('filter'), 'answered')))
      @UseGuards(guard('guard'))
      @UseInterceptors(interceptor('interceptor'))
      @UsePipes(pipe('pipe'))
      @Task('task')
      work(@JobPayload(pipe('parameter pipe')) _payload: unknown) {
        order.push('method');
        throw new Error('filtered');
      }
    }
    await run(Tasks);
    expect(order).toEqual([
      'class guard',
      'guard',
      'class interceptor',
      'interceptor',
      'class pipe',
      'pipe',
      'parameter pipe',
      'method',
      'filter',
    ]);
  });
});

describe('A guard', () => {
  it('that says yes lets the job run', async () => {
    class Tasks {
      @UseGuards(guardOf(() => true))
      @Task('task')
      work() {
        return 'done';
      }
    }
    expect(await run(Tasks)).toMatchObject({ status: 'completed', resultValue: 'done' });
  });

  it.each([
    ['returns false', () => false, 'Forbidden resource'],
    ['throws ForbiddenException', () => raise(new ForbiddenException('not yours')), 'not yours'],
    ['throws UnauthorizedException', () => raise(new UnauthorizedException('who?')), 'who?'],
  ])('that %s makes a dead letter of the job at once', async (_what, decide, reason) => {
    class Tasks {
      @UseGuards(guardOf(decide))
      @Task(retried)
      work() {}
    }
    expect(await run(Tasks)).toMatchObject({
      status: 'failed',
      attempt: 1,
      lastError: {
        name: 'JobRefusedError',
        code: 'TASKS_REFUSED',
        message: `A guard of Tasks.work refused the job: ${reason}`,
      },
    });
  });

  it('that throws anything else fails the run, which is tried again', async () => {
    class Tasks {
      @UseGuards(guardOf(() => raise(new HttpException('slow down', 429))))
      @Task(retried)
      work() {}
    }
    expect(await run(Tasks)).toMatchObject({
      status: 'failed',
      attempt: 3,
      lastError: { message: 'slow down' },
    });
  });

  it('is no guard of what the method throws itself', async () => {
    class Tasks {
      @UseGuards(guardOf(() => true))
      @Task(retried)
      work() {
        throw new ForbiddenException('by the method');
      }
    }
    expect(await run(Tasks)).toMatchObject({ attempt: 3, lastError: { name: 'ForbiddenException' } });
  });

  it('that is named by its class is made with injection, also for a controller', async () => {
    @Injectable()
    class Rights {
      readonly allowed = 'ada';
    }
    @Injectable()
    class RightsGuard implements CanActivate {
      constructor(private readonly rights: Rights) {}
      canActivate(host: ExecutionContext) {
        return host.switchToRpc().getData() === this.rights.allowed;
      }
    }
    @Controller()
    class Tasks {
      @UseGuards(RightsGuard)
      @Task({ name: 'task', maxRetries: 0 })
      work() {
        return 'let in';
      }
    }
    const app = await startApp({
      imports: [TasksModule.forRoot()],
      controllers: [Tasks],
      providers: [Rights],
    });
    const queue = queueOf(app);
    await expect((await queue.enqueue('task', 'ada')).result()).resolves.toBe('let in');
    await expect((await queue.enqueue('task', 'bob')).result()).rejects.toThrow('refused the job');
  });
});

describe('An interceptor', () => {
  it('may change the result', async () => {
    class Tasks {
      @UseInterceptors(interceptorOf((_, next) => next.handle().pipe(map((value) => `${value}!`))))
      @Task('task')
      async work() {
        return 'done';
      }
    }
    expect(await run(Tasks)).toMatchObject({ status: 'completed', resultValue: 'done!' });
  });

  it('may give a result without calling the method', async () => {
    class Tasks {
      @UseInterceptors(interceptorOf(() => of('from the cache')))
      @Task('task')
      work() {
        throw new Error('not called');
      }
    }
    expect(await run(Tasks)).toMatchObject({ status: 'completed', resultValue: 'from the cache' });
  });

  it('that ends empty fails the run, since nobody knows what became of the job', async () => {
    class Tasks {
      @UseInterceptors(interceptorOf(() => EMPTY))
      @Task(retried)
      work() {}
    }
    expect(await run(Tasks)).toMatchObject({
      status: 'failed',
      attempt: 3,
      lastError: { code: 'TASKS_NO_VALUE', message: expect.stringContaining('Tasks.work') as string },
    });
  });

  it('that gives undefined completes the job without a result', async () => {
    class Tasks {
      @UseInterceptors(interceptorOf(() => of(undefined)))
      @Task('task')
      work() {}
    }
    expect(await run(Tasks)).toMatchObject({ status: 'completed', resultValue: undefined });
  });

  it('that throws, or gives up waiting, fails the run, which is tried again', async () => {
    class Tasks {
      @UseInterceptors(interceptorOf((_, next) => next.handle().pipe(timeout(5))))
      @Task(retried)
      work(_: unknown, ctx: TaskContext) {
        return ctx.attempt < 3 ? new Promise(() => {}) : 'in time';
      }
    }
    expect(await run(Tasks)).toMatchObject({ status: 'completed', attempt: 3, resultValue: 'in time' });
  });

  it('sees what the method throws, and may put another error in its place', async () => {
    class Tasks {
      @UseInterceptors(
        interceptorOf((_, next) =>
          next.handle().pipe(catchError(() => throwError(() => new RetryLaterError(0)))),
        ),
      )
      @Task({ name: 'task', maxRetries: 1, retry: { shouldRetry: () => false } })
      work() {
        throw new Error('busy');
      }
    }
    expect(await run(Tasks)).toMatchObject({ attempt: 2, lastError: { code: 'TASKS_RETRY_LATER' } });
  });
});

describe('A pipe', () => {
  it('changes the payload, and not the context', async () => {
    let ctx: unknown;
    @UsePipes(pipeOf((value) => Number(value) + 1))
    class Tasks {
      @Task('task') work(payload: number, context: TaskContext) {
        ctx = context.job.name;
        return payload;
      }
    }
    expect(await run(Tasks, '41')).toMatchObject({ resultValue: 42 });
    expect(ctx).toBe('task');
  });

  it('is told the class of the parameter, and that it is a body', async () => {
    class Email {}
    let told: ArgumentMetadata | undefined;
    class Tasks {
      @UsePipes(pipeOf((value, metadata) => ((told = metadata), value)))
      @Task('task')
      work(_: Email) {}
    }
    await run(Tasks);
    expect(told).toMatchObject({ type: 'body', metatype: Email });
  });

  it.each([
    ['BadRequestException', new BadRequestException(['to must be an email', 'subject is empty'])],
    ['an exception with status 422', new HttpException('to must be an email; subject is empty', 422)],
  ])('that throws %s makes a dead letter of the job at once, with what is wrong', async (_what, error) => {
    class Tasks {
      @UsePipes(pipeOf(() => raise(error)))
      @Task(retried)
      work(_: unknown) {}
    }
    expect(await run(Tasks)).toMatchObject({
      status: 'failed',
      attempt: 1,
      lastError: {
        code: 'TASKS_REFUSED',
        message: 'A pipe of Tasks.work refused the payload: to must be an email; subject is empty',
      },
    });
  });

  it('that throws anything else fails the run, which is tried again', async () => {
    class Tasks {
      @UsePipes(pipeOf(() => raise(new NotFoundException('no such customer yet'))))
      @Task(retried)
      work(_: unknown) {}
    }
    expect(await run(Tasks)).toMatchObject({ attempt: 3, lastError: { message: 'no such customer yet' } });
  });
});

describe('A filter', () => {
  it('that gives a value completes the job with it', async () => {
    class Tasks {
      @UseFilters(filterOf((error) => `handled ${(error as Error).message}`))
      @Task('task')
      work() {
        throw new Error('boom');
      }
    }
    expect(await run(Tasks)).toMatchObject({ status: 'completed', resultValue: 'handled boom' });
  });

  it.each([
    ['nothing', () => undefined],
    ['a promise of nothing', async () => undefined],
    ['an Observable of nothing', () => EMPTY],
  ])('that gives %s lets the error go on to the retry policy', async (_what, answer) => {
    class Tasks {
      @UseFilters(filterOf(answer))
      @Task(retried)
      work() {
        throw new Error('boom');
      }
    }
    expect(await run(Tasks)).toMatchObject({ status: 'failed', attempt: 3, lastError: { message: 'boom' } });
  });

  it('that throws puts its error in the place of the first', async () => {
    class Tasks {
      @UseFilters(filterOf(() => throwError(() => new Error('translated'))))
      @Task({ name: 'task', maxRetries: 0 })
      work() {
        throw new Error('boom');
      }
    }
    expect(await run(Tasks)).toMatchObject({ status: 'failed', lastError: { message: 'translated' } });
  });

  it('sees what a guard said no with, which is a refusal still when it is thrown again', async () => {
    let seen: unknown;
    class Tasks {
      @UseGuards(guardOf(() => false))
      @UseFilters(filterOf((error) => raise((seen = error) as Error)))
      @Task(retried)
      work() {}
    }
    expect(await run(Tasks)).toMatchObject({ attempt: 1, lastError: { code: 'TASKS_REFUSED' } });
    expect(seen).toBeInstanceOf(ForbiddenException);
  });

  it('is asked only for what it catches, the nearest first', async () => {
    @Catch(NotFoundException)
    class Other implements ExceptionFilter {
      catch = () => 'not asked';
    }
    @UseFilters(filterOf(() => 'by the class'))
    class Tasks {
      @UseFilters(new Other())
      @Task('task')
      work() {
        throw new Error('boom');
      }
    }
    expect(await run(Tasks)).toMatchObject({ resultValue: 'by the class' });
  });

  it('sees the context of the job', async () => {
    let seen: unknown;
    class Tasks {
      @UseFilters(filterOf((_, host) => (seen = host.switchToRpc().getContext<TaskContext>().job.name)))
      @Task('task')
      work() {
        throw new Error('boom');
      }
    }
    await run(Tasks);
    expect(seen).toBe('task');
  });

  it('leaves the log to the job: what fails is logged once', async () => {
    class Tasks {
      @UseGuards(guardOf(() => true))
      @Task({ name: 'task', maxRetries: 0 })
      work() {
        throw new Error('boom');
      }
    }
    const logger = new CapturingLogger();
    await run(Tasks, undefined, [], logger);
    expect(logger.entries.filter(({ message }) => String(message).includes('boom'))).toHaveLength(1);
  });
});

describe('The error of a refused job', () => {
  it('has what it was refused with as its cause, and who refused it', async () => {
    class Tasks {
      @UseGuards(guardOf(() => false))
      @Task('task')
      work() {}
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks] });
    const failed = nextEvent(app, 'failed');
    await queueOf(app).enqueue('task');
    const { error } = await failed;
    expect(error).toBeInstanceOf(JobRefusedError);
    expect(error).toMatchObject({ by: 'guard', cause: expect.any(ForbiddenException) as unknown });
  });
});

it('A refused job says nothing against what its task depends on: the circuit stays closed', async () => {
  class Tasks {
    @UseGuards(guardOf((host) => host.switchToRpc().getData() === 'ada'))
    @Task({ name: 'task', circuitBreaker: { threshold: 1, cooldown: '1h' } })
    work(_: unknown) {
      return 'let in';
    }
  }
  const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks] });
  await (await queueOf(app).enqueue('task', 'bob')).result().catch(() => undefined);
  await expect((await queueOf(app).enqueue('task', 'ada')).result()).resolves.toBe('let in');
});

describe('Decorated parameters', () => {
  const Tenant = createParamDecorator(
    (name: string, host: ExecutionContext) => host.switchToRpc().getContext<TaskContext>().headers[name],
  );

  it('are payload and context at any place, and what decorators of the app take out of the context', async () => {
    class Tasks {
      @Task('task')
      work(
        @JobPayload() email: { to: string },
        @Tenant('x-tenant') tenant?: unknown,
        @JobContext() ctx?: TaskContext,
      ) {
        return [email.to, tenant, ctx?.job.name];
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Tasks] });
    const job = await queueOf(app).enqueue('task', { to: 'ada' }, { headers: { 'x-tenant': 'acme' } });
    await expect(job.result()).resolves.toEqual(['ada', 'acme', 'task']);
  });

  it('leave the others at their place', async () => {
    class Tasks {
      @Task('task')
      work(payload: string, ctx: TaskContext, @Tenant('x-tenant') tenant?: string) {
        return [payload, ctx.job.name, tenant === undefined];
      }
    }
    expect(await run(Tasks, 'ada')).toMatchObject({ resultValue: ['ada', 'task', true] });
  });
});

function raise(error: Error): never {
  throw error;
}
