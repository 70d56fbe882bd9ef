import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  Module,
  Scope,
  UseGuards,
} from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { HandlerDecorator, type HandlerInvoke, Task, TasksModule } from 'nestjs-tasks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { queueOf } from './queue-of.js';

const Rights = Reflector.createDecorator<string>();

@Injectable()
class RightsGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}
  canActivate(host: ExecutionContext) {
    return this.reflector.get(Rights, host.getHandler()) === 'may';
  }
}

@Injectable()
class Plain {
  @Task() plain() {
    return 'plain';
  }
}

@Injectable()
class Guarded {
  @Rights('may')
  @UseGuards(RightsGuard)
  @Task()
  guarded() {
    return 'guarded';
  }
}

@Injectable({ scope: Scope.REQUEST })
class Scoped {
  @Task() scoped() {
    return 'scoped';
  }
}

/** Puts a proxy before each instance, as monitoring agents do; its methods are functions without metadata. */
const traced =
  (calls: string[]) =>
  <T>(instance: T): T => {
    if (!(instance instanceof Plain || instance instanceof Guarded || instance instanceof Scoped))
      return instance;
    return new Proxy(instance, {
      get(target, property, receiver) {
        const value: unknown = Reflect.get(target, property, receiver);
        if (typeof value !== 'function' || property === 'constructor') return value;
        return (...args: unknown[]) => {
          calls.push(String(property));
          return Reflect.apply(value, target, args) as unknown;
        };
      },
    });
  };

describe('An app whose instances a monitoring agent wraps', () => {
  it.each(['plain', 'guarded', 'scoped'])('runs its tasks through the wrapper: %s', async (name) => {
    @Module({ imports: [TasksModule.forRoot()], providers: [Plain, Guarded, Scoped] })
    class AppModule {}
    const calls: string[] = [];
    const app = await NestFactory.createApplicationContext(AppModule, {
      logger: false,
      instrument: { instanceDecorator: traced(calls) },
    });
    onTestFinished(() => app.close());
    await expect((await queueOf(app).enqueue(name)).result()).resolves.toBe(name);
    expect(calls.filter((call) => call === name)).toEqual([name]);
  });

  it('runs its tasks through what a module of the agent puts around them', async () => {
    const names: string[] = [];
    @Injectable()
    class Traced extends HandlerDecorator {
      override decorate(invoke: HandlerInvoke, { name }: { readonly name: string }): HandlerInvoke {
        return (payload, ctx) => {
          names.push(name);
          return invoke(payload, ctx);
        };
      }
    }
    @Module({ providers: [{ provide: HandlerDecorator, useClass: Traced }] })
    class AgentModule {}
    @Module({ imports: [AgentModule, TasksModule.forRoot()], providers: [Plain, Guarded, Scoped] })
    class AppModule {}
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    onTestFinished(() => app.close());
    for (const name of ['plain', 'guarded', 'scoped']) await (await queueOf(app).enqueue(name)).result();
    expect(names).toEqual(['plain', 'guarded', 'scoped']);
  });
});
