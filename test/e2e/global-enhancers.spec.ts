import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  type PipeTransform,
  type Provider,
  Scope,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import {
  type EnhancerFamily,
  InjectJobContext,
  InvalidOptionError,
  isTaskContext,
  Task,
  type TaskContext,
  TasksModule,
} from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

/** Whose turn it was, of the app's global enhancers. */
class Turns {
  readonly all: string[] = [];
}

@Injectable()
class HttpGuard implements CanActivate {
  constructor(private readonly turns: Turns) {}
  canActivate(host: ExecutionContext) {
    this.turns.all.push('guards');
    return (
      isTaskContext(host) || 'authorization' in host.switchToHttp().getRequest<{ headers: object }>().headers
    );
  }
}

@Injectable()
class Interceptor implements NestInterceptor {
  constructor(private readonly turns: Turns) {}
  intercept: NestInterceptor['intercept'] = (_, next) => {
    this.turns.all.push('interceptors');
    return next.handle();
  };
}

@Injectable()
class Pipe implements PipeTransform {
  constructor(private readonly turns: Turns) {}
  transform(value: unknown) {
    this.turns.all.push('pipes');
    return value;
  }
}

@Catch()
class Filter implements ExceptionFilter {
  constructor(private readonly turns: Turns) {}
  catch(_: unknown, _host: ArgumentsHost) {
    this.turns.all.push('filters');
  }
}

@Injectable()
class Tasks {
  @Task({ name: 'task', maxRetries: 0 }) work(_: unknown) {
    throw new Error('boom');
  }
}

const globals: Provider[] = [
  Turns,
  { provide: APP_GUARD, useClass: HttpGuard },
  { provide: APP_INTERCEPTOR, useClass: Interceptor },
  { provide: APP_PIPE, useClass: Pipe },
  { provide: APP_FILTER, useClass: Filter },
];

async function turnsWith(families?: readonly EnhancerFamily[]): Promise<readonly string[]> {
  const app = await startApp({
    imports: [TasksModule.forRoot(families === undefined ? {} : { enhancers: { globals: families } })],
    providers: [Tasks, ...globals],
  });
  await (await queueOf(app).enqueue('task')).result().catch(() => undefined);
  return app.get(Turns).all;
}

describe("The app's global enhancers", () => {
  it('do not stand around tasks: a guard written for requests never sees a job', async () => {
    expect(await turnsWith()).toEqual([]);
  });

  it('do not stand around a task that has enhancers of its own either', async () => {
    @Injectable()
    class Guarded {
      @UseGuards({ canActivate: () => true })
      @UsePipes({ transform: (value: unknown) => value })
      @Task({ name: 'guarded', maxRetries: 0 })
      guarded(_: unknown) {
        throw new Error('boom');
      }
    }
    const app = await startApp({ imports: [TasksModule.forRoot()], providers: [Guarded, ...globals] });
    await (await queueOf(app).enqueue('guarded')).result().catch(() => undefined);
    expect(app.get(Turns).all).toEqual([]);
  });

  it.each(['guards', 'interceptors', 'pipes', 'filters'] as const)(
    'of one family stand around tasks when that family is named: %s',
    async (family) => {
      expect(await turnsWith([family])).toEqual([family]);
    },
  );

  it('of all families stand around tasks when all are named', async () => {
    expect(await turnsWith(['filters', 'pipes', 'guards', 'interceptors'])).toEqual([
      'guards',
      'interceptors',
      'pipes',
      'filters',
    ]);
  });

  it('are refused by a name that is no family', async () => {
    const start = turnsWith(['guard' as EnhancerFamily]);
    await expect(start).rejects.toThrow(InvalidOptionError);
  });

  it('that are request-scoped are made for each job', async () => {
    const seen: string[] = [];
    @Injectable({ scope: Scope.REQUEST })
    class ScopedGuard implements CanActivate {
      constructor(@InjectJobContext() private readonly ctx: TaskContext) {}
      canActivate() {
        return seen.push(this.ctx.job.id) > 0;
      }
    }
    @Injectable()
    class Quiet {
      @Task() quiet() {}
    }
    const app = await startApp({
      imports: [TasksModule.forRoot({ enhancers: { globals: ['guards'] } })],
      providers: [Quiet, { provide: APP_GUARD, useClass: ScopedGuard }],
    });
    const singleton = app.get(Quiet);
    const jobs = await Promise.all([queueOf(app).enqueue('quiet'), queueOf(app).enqueue('quiet')]);
    await Promise.all(jobs.map((job) => job.result()));
    expect(seen.toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
    expect(app.get(Quiet)).toBe(singleton);
  });

  it('that are transient are made for each job', async () => {
    const used: TransientGuard[] = [];
    @Injectable({ scope: Scope.TRANSIENT })
    class TransientGuard implements CanActivate {
      readonly isMade = true;
      canActivate() {
        return used.push(this) > 0;
      }
    }
    @Injectable()
    class Quiet {
      @Task() quiet() {}
    }
    const app = await startApp({
      imports: [TasksModule.forRoot({ enhancers: { globals: ['guards'] } })],
      providers: [Quiet, { provide: APP_GUARD, useClass: TransientGuard }],
    });
    await (await queueOf(app).enqueue('quiet')).result();
    await (await queueOf(app).enqueue('quiet')).result();
    expect(used.map(({ isMade }) => isMade)).toEqual([true, true]);
    expect(used[0]).not.toBe(used[1]);
  });
});

it('A request-scoped global guard is made with injection', async () => {
  @Injectable()
  class Rights {
    readonly may = true;
  }
  @Injectable({ scope: Scope.REQUEST })
  class ScopedGuard implements CanActivate {
    constructor(@Inject(Rights) private readonly rights: Rights) {}
    canActivate() {
      return this.rights.may;
    }
  }
  @Injectable()
  class Quiet {
    @Task() quiet() {
      return 'let in';
    }
  }
  const app = await startApp({
    imports: [TasksModule.forRoot({ enhancers: { globals: ['guards'] } })],
    providers: [Rights, Quiet, { provide: APP_GUARD, useClass: ScopedGuard }],
  });
  await expect((await queueOf(app).enqueue('quiet')).result()).resolves.toBe('let in');
});
