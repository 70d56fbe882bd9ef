import { SetMetadata } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { Background, BackgroundTaskManager } from '../../../lib/background/index.js';
import { OnTaskEvent, TaskMetadataAccessor } from '../../../lib/decorators/index.js';
import { InvalidOptionError, TaskRegistrationError } from '../../../lib/errors/index.js';
import { Gate, settle } from '../../e2e/gate.js';
import { keepLog } from './logged.js';

/** An object whose background methods a manager tracks. */
function adopted<T extends object>(instance: T): { instance: T; manager: BackgroundTaskManager } {
  const manager = new BackgroundTaskManager();
  manager.adopt(instance);
  return { instance, manager };
}

class AuditLog {
  readonly gate = new Gate();
  readonly saved: string[] = [];

  @Background() async flush(entry: string): Promise<number> {
    this.saved.push(entry);
    await this.gate.opened;
    return this.saved.length;
  }
  @Background('the nightly sweep') async sweep(): Promise<void> {
    throw new Error('no broom');
  }
  @Background({ name: 'polish' }) async polish(): Promise<void> {
    await this.gate.opened;
  }
  @Background() ring(): void {
    this.saved.push('rang');
  }
}

describe('@Background()', () => {
  it('tracks each call until it ends, under class and method', async () => {
    const { instance, manager } = adopted(new AuditLog());
    void instance.flush('a');
    void instance.flush('b');
    void instance.polish();
    expect(instance.saved).toEqual(['a', 'b']);
    expect(manager.pendingNames).toEqual(['AuditLog.flush (2)', 'polish']);
    instance.gate.open();
    await settle();
    expect(manager.pendingCount).toBe(0);
  });

  it('gives the promise of the method itself, so that its type is true', async () => {
    keepLog();
    const { instance } = adopted(new AuditLog());
    const calls = [instance.flush('a'), instance.flush('b')];
    instance.gate.open();
    await expect(Promise.all(calls)).resolves.toEqual([2, 2]);
    await expect(instance.sweep()).rejects.toThrow('no broom');
  });

  it('logs what a call throws, by its name', async () => {
    const log = keepLog();
    const { instance } = adopted(new AuditLog());
    void instance.sweep();
    await settle();
    expect(log).toEqual(['error: the nightly sweep failed: no broom']);
  });

  it('takes methods that give nothing, too', () => {
    const { instance } = adopted(new AuditLog());
    instance.ring();
    expect(instance.saved).toEqual(['rang']);
  });

  it('is inherited; an override is background work only with a decorator of its own', async () => {
    class Quiet extends AuditLog {
      override async flush(): Promise<number> {
        return 0;
      }
      @Background() override async polish(): Promise<void> {
        await super.polish();
      }
    }
    const { instance, manager } = adopted(new Quiet());
    void instance.flush();
    expect(manager.pendingCount).toBe(0);
    void instance.polish();
    expect(manager.pendingNames.toSorted()).toEqual(['Quiet.polish', 'polish']);
    instance.gate.open();
    await settle();
    expect(manager.pendingCount).toBe(0);
  });

  it('keeps the name and length of the method, and what other decorators left on it', () => {
    class Listener {
      @Background()
      @SetMetadata('other', 7)
      @OnTaskEvent('failed')
      async alert(_event: object): Promise<void> {}
    }
    const method = Listener.prototype.alert;
    expect([method.name, method.length]).toEqual(['alert', 1]);
    expect(Reflect.getMetadata('other', method)).toBe(7);
    const accessor = new TaskMetadataAccessor();
    expect(accessor.getListeners(method)).toHaveLength(1);
    expect(accessor.isBackground(Listener.prototype, 'alert')).toBe(true);
    expect(accessor.isBackground(Listener.prototype, 'other')).toBe(false);
  });

  it('says what is wrong when nobody tracks the object', () => {
    const log = new AuditLog();
    expect(() => log.ring()).toThrow(TaskRegistrationError);
    expect(() => log.ring()).toThrow(/AuditLog\.ring .* adopt\(\) the object/);
    expect(() => adopted(Object.freeze(new AuditLog()))).toThrow(/a frozen object/);
  });

  it('keeps two managers apart, also of one class', () => {
    const [one, other] = [adopted(new AuditLog()), adopted(new AuditLog())];
    void one.instance.polish();
    expect([one.manager.pendingCount, other.manager.pendingCount]).toEqual([1, 0]);
  });

  it.each([
    [
      'a static method',
      () => {
        class Wrong {
          @Background() static async flush(): Promise<void> {}
        }
        return Wrong;
      },
    ],
    [
      'a method that has one already',
      () => {
        class Wrong {
          @Background() @Background() async flush(): Promise<void> {}
        }
        return Wrong;
      },
    ],
    [
      'a symbol',
      () => {
        class Wrong {
          @Background() async [Symbol.iterator](): Promise<void> {}
        }
        return Wrong;
      },
    ],
  ])('refuses %s', (_what, read) => {
    expect(read).toThrow(TaskRegistrationError);
  });

  it('refuses an option that does not exist', () => {
    expect(() => {
      class Wrong {
        @Background({ nmae: 'x' } as object) async flush(): Promise<void> {}
      }
      return Wrong;
    }).toThrow(InvalidOptionError);
  });
});
