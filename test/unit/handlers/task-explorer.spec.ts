import {
  type CanActivate,
  Controller,
  type DynamicModule,
  Injectable,
  Module,
  Scope,
  UseGuards,
} from '@nestjs/common';
import { describe, expect, it, vi } from 'vitest';
import type { TaskMiddlewareHooks } from '../../../lib/contract/index.js';
import { Task, UseTaskMiddleware } from '../../../lib/decorators/index.js';
import {
  DuplicateTaskError,
  InvalidNameError,
  InvalidOptionError,
  UnknownQueueError,
} from '../../../lib/errors/index.js';
import { TASK_FEATURE } from '../../../lib/handlers/index.js';
import { Scheduled } from '../../../lib/scheduling/index.js';
import { ExploredApp } from './explored-app.js';

@Injectable()
class Emails {
  readonly from = 'us@example.org';

  @Task({ name: 'send-email', maxRetries: 7 })
  send(to: string) {
    return `${this.from} -> ${to}`;
  }

  @Task() render() {
    return 'rendered';
  }

  helper() {
    return 'no task';
  }
}

describe('TaskExplorer: what it finds', () => {
  it('registers the @Task methods of providers, by their name or the name they are given', async () => {
    const app = (await ExploredApp.of({ providers: [Emails] })).exploreTasks();
    expect(app.registry.names()).toEqual(['send-email', 'render']);
    expect(app.registry.get('send-email')).toMatchObject({
      handlerClass: Emails,
      handlerMethod: 'send',
      options: { maxRetries: 7 },
    });
  });

  it('calls them on the provider that Nest made', async () => {
    const app = (await ExploredApp.of({ providers: [Emails] })).exploreTasks();
    await expect(app.registry.execute({ name: 'send-email', payload: 'ada' })).resolves.toBe(
      'us@example.org -> ada',
    );
  });

  it('registers those of controllers', async () => {
    @Controller()
    class Webhooks {
      @Task() deliver() {}
    }
    const app = (await ExploredApp.of({ controllers: [Webhooks] })).exploreTasks();
    expect(app.registry.names()).toEqual(['deliver']);
  });

  it('registers those of every module', async () => {
    @Injectable()
    class Reports {
      @Task() report() {}
    }
    @Module({ providers: [Reports] })
    class ReportsModule {}
    const app = (await ExploredApp.of({ imports: [ReportsModule], providers: [Emails] })).exploreTasks();
    expect(app.registry.names().toSorted()).toEqual(['render', 'report', 'send-email']);
  });

  it('registers what a class inherits, and not what it overrides without @Task()', async () => {
    @Injectable()
    class Newsletters extends Emails {
      override render() {
        return 'plain';
      }
    }
    const app = (await ExploredApp.of({ providers: [Newsletters] })).exploreTasks();
    expect(app.registry.names()).toEqual(['send-email']);
    expect(app.registry.get('send-email')?.handlerClass).toBe(Newsletters);
  });

  it('registers what a factory or a value brings', async () => {
    class Built {
      @Task() built() {}
    }
    class Given {
      @Task() given() {}
    }
    const app = await ExploredApp.of({
      providers: [
        { provide: 'built', useFactory: async () => new Built() },
        { provide: 'given', useValue: new Given() },
      ],
    });
    expect(app.exploreTasks().registry.names().toSorted()).toEqual(['built', 'given']);
  });

  it('registers a class once, whatever aliases it has', async () => {
    const app = await ExploredApp.of({
      providers: [
        Emails,
        { provide: 'ALIAS', useExisting: Emails },
        { provide: 'SAME', useFactory: (emails: Emails) => emails, inject: [Emails] },
      ],
    });
    expect(app.exploreTasks().registry.names()).toEqual(['send-email', 'render']);
  });

  it('takes a class for the one that Nest makes, also where the module before has an alias of it', async () => {
    @Injectable()
    class Rights implements CanActivate {
      canActivate() {
        return true;
      }
    }
    @UseGuards(Rights)
    @Injectable()
    class Letters {
      @Task() post() {
        return 'posted';
      }
    }
    @Module({ providers: [Letters], exports: [Letters] })
    class LettersModule {}
    const app = await ExploredApp.of({
      imports: [LettersModule],
      providers: [{ provide: 'ALIAS', useExisting: Letters }],
    });
    app.exploreTasks();
    expect(app.registry.get('post')?.handlerModule).toBe('LettersModule');
    await expect(app.registry.execute({ name: 'post' })).resolves.toBe('posted');
  });

  it('registers a class that is only there under another token', async () => {
    abstract class EmailPort {
      abstract send(to: string): string;
    }
    const app = await ExploredApp.of({ providers: [{ provide: EmailPort, useClass: Emails }] });
    expect(app.exploreTasks().registry.get('send-email')?.handlerClass).toBe(Emails);
  });

  it('lets a test double that stands for the class serve its tasks, as far as it can', async () => {
    const send = vi.fn<(to: string) => string>().mockReturnValue('faked');
    const app = await ExploredApp.of({ providers: [Emails] }, (builder) =>
      builder.overrideProvider(Emails).useValue({ send }),
    );
    app.exploreTasks();
    expect(app.registry.names()).toEqual(['send-email']);
    await expect(app.registry.execute({ name: 'send-email', payload: 'ada' })).resolves.toBe('faked');
  });

  it('calls the method that the instance has at the moment of the call', async () => {
    const app = (await ExploredApp.of({ providers: [Emails] })).exploreTasks();
    vi.spyOn(app.module.get(Emails), 'send').mockReturnValue('wrapped by an agent');
    await expect(app.registry.execute({ name: 'send-email' })).resolves.toBe('wrapped by an agent');
  });

  it('tells the enqueue side by which classes callers may know the task', async () => {
    @Injectable()
    class Newsletters extends Emails {}
    const app = await ExploredApp.of({ providers: [{ provide: Emails, useClass: Newsletters }] });
    app.exploreTasks();
    expect(app.defined.get('send-email')?.classes).toEqual([Newsletters, Emails]);
    expect(app.defined.get('send-email')?.method).toBe('send');
  });
});

describe('TaskExplorer: middleware', () => {
  class Outer implements TaskMiddlewareHooks {
    beforeTask() {}
  }
  class Inner implements TaskMiddlewareHooks {
    beforeTask() {}
  }

  it('keeps what class and method name, the class outermost', async () => {
    @UseTaskMiddleware(Outer)
    @Injectable()
    class Tasks {
      @UseTaskMiddleware(Inner)
      @Task()
      both() {}

      @Task() one() {}
    }
    const app = (await ExploredApp.of({ providers: [Tasks] })).exploreTasks();
    expect(app.registry.get('both')?.middleware).toEqual([Outer, Inner]);
    expect(app.registry.get('one')?.middleware).toEqual([Outer]);
  });
});

describe('TaskExplorer: what it walks past', () => {
  it('is not disturbed by null prototypes, throwing getters, proxies and values of all kinds', async () => {
    const hostile: unknown = new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new Error('do not look');
        },
        get: (_, key) => {
          if (
            key === 'then' ||
            key === 'constructor' ||
            String(key).startsWith('on') ||
            typeof key === 'symbol'
          )
            return undefined;
          throw new Error('do not touch');
        },
      },
    );
    class Getters {
      get exploding(): never {
        throw new Error('boom');
      }
      @Task() survives() {}
    }
    const values = [
      Object.create(null),
      hostile,
      new Getters(),
      () => 1,
      'text',
      7,
      null,
      undefined,
      [],
      Promise,
    ];
    const providers = values.map((value, place) => ({ provide: `value-${place}`, useFactory: () => value }));
    const app = await ExploredApp.of({ providers });
    expect(app.exploreTasks().registry.names()).toEqual(['survives']);
  });
});

describe('TaskExplorer: what stands for a class with tasks', () => {
  it('serves none of them when it throws at any question', async () => {
    const double = new Proxy(
      {},
      {
        get: (_, key) => {
          if (
            key === 'then' ||
            key === 'constructor' ||
            String(key).startsWith('on') ||
            typeof key === 'symbol'
          )
            return undefined;
          throw new Error('not mocked');
        },
      },
    );
    const app = await ExploredApp.of({ providers: [{ provide: Emails, useFactory: () => double }] });
    expect(app.exploreTasks().registry.names()).toEqual([]);
  });
});

describe('TaskExplorer: duplicates', () => {
  @Injectable()
  class Letters {
    @Task('send-email') post() {}
  }

  it('says of methods with schedules alone where their name is', async () => {
    @Injectable()
    class Reports {
      @Scheduled('0 9 * * *', { name: 'report' }) daily() {}
      @Scheduled('0 9 1 * *', { name: 'report' }) monthly() {}
    }
    const app = await ExploredApp.of({ providers: [Reports] });
    expect(() => app.exploreTasks()).toThrow(
      expect.objectContaining({
        code: 'TASKS_DUPLICATE_TASK',
        remedy: expect.stringContaining('@Scheduled(…, { name })') as string,
      }),
    );
  });

  it('refuses one name for two methods, naming both', async () => {
    const app = await ExploredApp.of({ providers: [Emails, Letters] });
    expect(() => app.exploreTasks()).toThrow(DuplicateTaskError);
    const again = await ExploredApp.of({ providers: [Emails, Letters] });
    expect(() => again.exploreTasks()).toThrow(
      /"send-email" is registered by Emails\.send.*and by Letters\.post/,
    );
  });

  it('refuses a class that two modules provide, naming both modules', async () => {
    @Module({ providers: [Letters] })
    class MailModule {}
    @Module({ providers: [Letters] })
    class BillingModule {}
    const app = await ExploredApp.of({ imports: [MailModule, BillingModule] });
    expect(() => app.exploreTasks()).toThrow(
      /Letters\.post \(in MailModule\) and by Letters\.post \(in BillingModule\)/,
    );
  });

  it('says of such a class to provide it once and export it, since another name could not help', async () => {
    @Module({ providers: [Letters] })
    class MailModule {}
    @Module({ providers: [Letters] })
    class BillingModule {}
    const app = await ExploredApp.of({ imports: [MailModule, BillingModule] });
    const remedy =
      'Provide Letters in one module, export it there, and import that module where it is needed.';
    expect(() => app.exploreTasks()).toThrow(expect.objectContaining({ remedy }));
  });

  it('says of two methods to give one of them another name', async () => {
    const app = await ExploredApp.of({ providers: [Emails, Letters] });
    expect(() => app.exploreTasks()).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining('another name') as string }),
    );
  });

  it('lets two features bring the same class, and registers it once', async () => {
    @Module({})
    class FeatureModule {}
    const feature = (): DynamicModule => ({
      module: FeatureModule,
      providers: [Letters, { provide: TASK_FEATURE, useValue: { queues: [] } }],
    });
    const app = await ExploredApp.of({ imports: [feature(), feature()] });
    expect(app.exploreTasks().registry.names()).toEqual(['send-email']);
  });
});

describe('TaskExplorer: what it refuses', () => {
  it('finds the tasks of scoped providers, and of classes that a scoped factory makes', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Once {
      @Task() once() {}
    }
    const app = await ExploredApp.of({
      providers: [Once, { provide: Emails, scope: Scope.REQUEST, useFactory: () => new Emails() }],
    });
    expect(app.exploreTasks().registry.names()).toEqual(['once', 'send-email', 'render']);
  });

  it('leaves scoped providers without tasks alone', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {
      helper() {}
    }
    const app = await ExploredApp.of({ providers: [Tenant, Emails] });
    expect(() => app.exploreTasks()).not.toThrow();
  });

  it.each([
    ['a hostile name', { name: 'a b' }, InvalidNameError],
    ['an unknown option', { maxRetry: 1 }, InvalidOptionError],
    ['an unparsable duration', { timeout: 'soon' }, InvalidOptionError],
    ['a negative delay', { delay: -1 }, InvalidOptionError],
    ['a queue that is not declared', { queue: 'nowhere' }, UnknownQueueError],
  ])('refuses %s with the class and method in the message and the stack', async (_what, options, error) => {
    @Injectable()
    class Wrong {
      @Task(options as object) run() {}
    }
    const app = await ExploredApp.of({ providers: [Wrong] });
    const explore = () => app.exploreTasks();
    expect(explore).toThrow(error);
    expect(explore).toThrow(/^Wrong\.run: /);
    expect(explore).toThrow(
      expect.objectContaining({ stack: expect.stringContaining('Wrong.run: ') as string }),
    );
  });
});
