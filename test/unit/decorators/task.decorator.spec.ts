import { describe, expect, it } from 'vitest';
import type { TaskContext } from '../../../lib/contract/index.js';
import { Task, TaskMetadataAccessor } from '../../../lib/decorators/index.js';
import { TaskRegistrationError } from '../../../lib/errors/index.js';

const accessor = new TaskMetadataAccessor();

describe('@Task()', () => {
  it('leaves the options, or the name, on the method', () => {
    class Tasks {
      @Task({ name: 'a', maxRetries: 1 }) first() {}
      @Task('b') second() {}
      @Task() third() {}
    }
    expect(accessor.getTask(Tasks.prototype.first)).toEqual({ options: { name: 'a', maxRetries: 1 } });
    expect(accessor.getTask(Tasks.prototype.second)).toEqual({ options: 'b' });
    expect(accessor.getTask(Tasks.prototype.third)).toEqual({ options: undefined });
  });

  it('leaves the method itself a plain method', () => {
    class Tasks {
      constructor(private readonly greeting: string) {}
      @Task() greet(name: string) {
        return `${this.greeting}, ${name}`;
      }
    }
    expect(new Tasks('Hello').greet('Ada')).toBe('Hello, Ada');
  });

  it('finds nothing on a method without it', () => {
    class Tasks {
      plain() {}
    }
    expect(accessor.getTask(Tasks.prototype.plain)).toBeUndefined();
    expect(accessor.findTask(Tasks.prototype, 'plain')).toBeUndefined();
    expect(accessor.findTask(Tasks.prototype, 'missing')).toBeUndefined();
    expect(accessor.findTask(Tasks.prototype, 'toString')).toBeUndefined();
  });

  it('says whether any method of a class may be what is looked for', () => {
    class Base {
      @Task() kept() {}
    }
    class Derived extends Base {
      plain() {}
    }
    class Hiding extends Base {
      override kept() {}
    }
    expect(accessor.hasAny(Derived.prototype, ['task'])).toBe(true);
    expect(accessor.hasAny(Derived.prototype, ['listener', 'background', 'schedule'])).toBe(false);
    expect(accessor.hasAny(Derived.prototype, ['listener', 'task'])).toBe(true);
    expect(accessor.hasAny(Hiding.prototype, ['task'])).toBe(false);
  });

  it('is inherited, and an override without it is no task', () => {
    class Base {
      @Task('kept') kept() {}
      @Task('overridden') overridden() {}
    }
    class Derived extends Base {
      override overridden() {}
    }
    expect(accessor.findTask(Derived.prototype, 'kept')).toEqual({ options: 'kept' });
    expect(accessor.findTask(Derived.prototype, 'overridden')).toBeUndefined();
    expect(accessor.findTask(Base.prototype, 'overridden')).toEqual({ options: 'overridden' });
  });

  it('is still found when a decorator above it replaces the method', () => {
    const wrapping = (_target: object, _key: string, descriptor: TypedPropertyDescriptor<() => string>) => {
      const original = descriptor.value as () => string;
      descriptor.value = function wrapped(this: unknown) {
        return `wrapped ${original.call(this)}`;
      };
    };
    class Tasks {
      @wrapping
      @Task('send')
      send() {
        return 'sent';
      }
    }
    expect(new Tasks().send()).toBe('wrapped sent');
    expect(accessor.findTask(Tasks.prototype, 'send')).toEqual({ options: 'send' });
  });

  it('accepts a payload, a payload and a context, neither, and optional parameters beyond', () => {
    class Tasks {
      @Task() none() {}
      @Task() payload(order: { id: number }) {
        return order.id;
      }
      @Task() both(order: { id: number }, ctx: TaskContext) {
        return [order, ctx.attempt];
      }
      @Task() spare(order: string, ctx: TaskContext, now = new Date()) {
        return [order, ctx.attempt, now];
      }
    }
    expect(Tasks).toBeDefined();
  });

  it('does not compile on a method that needs more than a payload and a context', () => {
    class Tasks {
      // @ts-expect-error nothing would be passed as the third argument
      @Task() three(order: string, ctx: TaskContext, more: string) {
        return [order, ctx, more];
      }
      // @ts-expect-error the second argument is the context
      @Task() wrong(order: string, more: string) {
        return [order, more];
      }
    }
    expect(Tasks).toBeDefined();
  });
});

describe('@Task() where it cannot work', () => {
  const decorate = (target: object, key: string | symbol, descriptor: object | undefined) =>
    Task()(target, key, descriptor as TypedPropertyDescriptor<() => void>);

  it('refuses a static method, by class and method', () => {
    class Tasks {
      static send() {}
    }
    expect(() => decorate(Tasks, 'send', { value: Tasks.send })).toThrow(TaskRegistrationError);
    expect(() => decorate(Tasks, 'send', { value: Tasks.send })).toThrow('@Task() on Tasks.send');
  });

  it('refuses a symbol, an accessor and a property', () => {
    class Tasks {}
    const method = { value: () => undefined };
    expect(() => decorate(Tasks.prototype, Symbol('send'), method)).toThrow(TaskRegistrationError);
    expect(() => decorate(Tasks.prototype, 'send', { get: () => 1 })).toThrow(TaskRegistrationError);
    expect(() => decorate(Tasks.prototype, 'send', undefined)).toThrow(TaskRegistrationError);
  });

  it('refuses a second @Task() on the same method', () => {
    expect(() => {
      class Tasks {
        @Task('a')
        @Task('b')
        send() {}
      }
      return Tasks;
    }).toThrow('Tasks.send has two @Task() decorators');
  });
});
