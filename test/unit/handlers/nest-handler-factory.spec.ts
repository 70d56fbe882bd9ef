import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Headers,
  Inject,
  Injectable,
  Module,
  Query,
  Scope,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner, ModuleRef } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import type { TaskContext } from '../../../lib/contract/index.js';
import { JobPayload, Task, TaskMetadataAccessor } from '../../../lib/decorators/index.js';
import { JobRefusedError, TaskRegistrationError } from '../../../lib/errors/index.js';
import { NestHandlerFactory, ProviderSites } from '../../../lib/handlers/index.js';
import { ExploredApp } from './explored-app.js';

const NAME = Symbol('Name');

/** Lets in who is called as its module says. */
@Injectable()
class NameGuard implements CanActivate {
  constructor(@Inject(NAME) private readonly name: string) {}
  canActivate(host: ExecutionContext): boolean {
    return host.switchToRpc().getData() === this.name;
  }
}

@Injectable()
class Plain {
  @Task() plain(payload: string) {
    return `${payload}!`;
  }
}

const ada = { provide: NAME, useValue: 'ada' };
const contextOf = (): TaskContext => ({ headers: {} }) as TaskContext;

describe('A task without enhancers', () => {
  it('is called directly: no promise comes in between', async () => {
    const app = (await ExploredApp.of({ providers: [Plain] })).exploreTasks();
    expect(app.registry.get('plain')?.invoke('ada', contextOf())).toBe('ada!');
  });

  it('is so although the families of globals are named, where the app has none', async () => {
    const app = await ExploredApp.of({ providers: [Plain] });
    app.exploreTasks(['guards', 'interceptors', 'pipes', 'filters']);
    expect(app.registry.get('plain')?.invoke('ada', contextOf())).toBe('ada!');
  });
});

describe('A task whose enhancers Nest would leave out', () => {
  class Guarded {
    @UseGuards(NameGuard)
    @Task()
    guarded() {}
  }

  it.each([
    ['a factory', { provide: Guarded, useFactory: () => new Guarded() }],
    ['a value', { provide: Guarded, useValue: new Guarded() }],
  ])('is refused when %s brings it and its guard is named by its class', async (_what, provider) => {
    const app = await ExploredApp.of({ providers: [provider, ada] });
    expect(() => app.exploreTasks()).toThrow(TaskRegistrationError);
    const again = await ExploredApp.of({ providers: [provider, ada] });
    expect(() => again.exploreTasks()).toThrow(/^Guarded\.guarded names NameGuard among its guards/);
  });

  it('is refused for the pipe of a parameter, too', async () => {
    @Injectable()
    class Trim {
      transform(value: string) {
        return value.trim();
      }
    }
    class Piped {
      @Task() piped(@JobPayload(Trim) _: string) {}
    }
    const app = await ExploredApp.of({ providers: [{ provide: Piped, useFactory: () => new Piped() }] });
    expect(() => app.exploreTasks()).toThrow(/^Piped\.piped names Trim among its pipes/);
  });

  it('is let in when an instance is named, which needs no making', async () => {
    class Instance {
      @UseGuards(new NameGuard('ada'))
      @Task()
      guarded() {
        return 'let in';
      }
    }
    const app = await ExploredApp.of({
      providers: [{ provide: Instance, useFactory: () => new Instance() }],
    });
    app.exploreTasks();
    await expect(app.registry.execute({ name: 'guarded', payload: 'ada' })).resolves.toBe('let in');
    await expect(app.registry.execute({ name: 'guarded', payload: 'bob' })).rejects.toThrow(JobRefusedError);
  });

  it('is let in when the class guards by itself, by a static method', async () => {
    class Closed {
      static canActivate() {
        return false;
      }
    }
    class Static {
      @UseGuards(Closed)
      @Task()
      guarded() {}
    }
    const app = await ExploredApp.of({ providers: [{ provide: Static, useFactory: () => new Static() }] });
    app.exploreTasks();
    await expect(app.registry.execute({ name: 'guarded' })).rejects.toThrow(JobRefusedError);
  });
});

describe('A test double in the place of a guarded class', () => {
  it('is guarded as the class is', async () => {
    @UseGuards(NameGuard)
    @Injectable()
    class Guarded {
      @Task() guarded() {
        return 'real';
      }
    }
    const app = await ExploredApp.of({ providers: [Guarded, ada] }, (builder) =>
      builder.overrideProvider(Guarded).useValue({ guarded: () => 'double' }),
    );
    app.exploreTasks();
    await expect(app.registry.execute({ name: 'guarded', payload: 'ada' })).resolves.toBe('double');
    await expect(app.registry.execute({ name: 'guarded', payload: 'bob' })).rejects.toThrow(JobRefusedError);
  });
});

describe('A parameter that takes its value from a request', () => {
  it.each([
    ['@Query()', Query()],
    ['@Headers()', Headers()],
  ])('is refused, by class, method and place: %s', async (_what, decorator) => {
    class Routes {
      @Task() route(_payload: unknown, _: unknown) {}
    }
    decorator(Routes.prototype, 'route', 1);
    const app = await ExploredApp.of({ providers: [Routes] });
    expect(() => app.exploreTasks()).toThrow(TaskRegistrationError);
    expect(() => app.exploreTasks()).toThrow(/^Routes\.route: parameter 2 has a decorator/);
  });
});

describe('A pipe that is inherited with its class', () => {
  it('runs for the subclass', async () => {
    @UsePipes({ transform: (value: unknown) => `piped ${String(value)}` })
    class Parent {
      @Task() work(payload: string) {
        return payload;
      }
    }
    @Injectable()
    class Child extends Parent {}
    const app = (await ExploredApp.of({ providers: [Child] })).exploreTasks();
    await expect(app.registry.execute({ name: 'work', payload: 'ada' })).resolves.toBe('piped ada');
  });
});

describe('One class in two modules', () => {
  it.each([
    ['a singleton', Scope.DEFAULT],
    ['request-scoped', Scope.REQUEST],
  ])('has the dependencies and the guards of each: %s', async (_what, scope) => {
    @UseGuards(NameGuard)
    @Injectable({ scope })
    class Shared {
      constructor(@Inject(NAME) private readonly name: string) {}
      @Task() work() {
        return `of ${this.name}`;
      }
    }
    @Module({ providers: [Shared, ada] })
    class AdaModule {}
    @Module({ providers: [Shared, { provide: NAME, useValue: 'bob' }] })
    class BobModule {}
    const module = await Test.createTestingModule({
      imports: [DiscoveryModule, AdaModule, BobModule],
    }).compile();
    const accessor = new TaskMetadataAccessor();
    const factory = new NestHandlerFactory(module.get(ModuleRef));
    const [ofAda, ofBob] = new ProviderSites(module.get(DiscoveryService), new MetadataScanner())
      .find(
        (prototype, method) => accessor.findTask(prototype, method),
        () => true,
      )
      .map((found) => factory.create(found));
    await expect(ofAda?.('ada', contextOf())).resolves.toBe('of ada');
    await expect(ofBob?.('bob', contextOf())).resolves.toBe('of bob');
    await expect(ofAda?.('bob', contextOf())).rejects.toThrow(JobRefusedError);
  });

  it('may be a controller in one and a provider in the other', async () => {
    @UseGuards(NameGuard)
    @Controller()
    class Shared {
      @Task() work() {
        return 'let in';
      }
    }
    const app = await ExploredApp.of({ controllers: [Shared], providers: [ada] });
    app.exploreTasks();
    await expect(app.registry.execute({ name: 'work', payload: 'ada' })).resolves.toBe('let in');
  });
});
