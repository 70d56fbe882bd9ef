import { describe, expect, it } from 'vitest';
import type { TaskMiddlewareHooks } from '../../../lib/contract/index.js';
import { TaskMetadataAccessor, UseTaskMiddleware } from '../../../lib/decorators/index.js';
import { TaskRegistrationError } from '../../../lib/errors/index.js';

class First implements TaskMiddlewareHooks {
  beforeTask() {}
}
class Second implements TaskMiddlewareHooks {
  beforeTask() {}
}

const accessor = new TaskMetadataAccessor();

describe('@UseTaskMiddleware()', () => {
  it('leaves its classes on the method, in order', () => {
    class Tasks {
      @UseTaskMiddleware(First, Second) send() {}
    }
    expect(accessor.findMiddleware(Tasks.prototype, 'send')).toEqual([First, Second]);
    expect(accessor.getMiddleware(Tasks.prototype.send)).toEqual([First, Second]);
  });

  it('leaves its classes on the class', () => {
    @UseTaskMiddleware(First)
    class Tasks {
      send() {}
    }
    expect(accessor.getMiddleware(Tasks)).toEqual([First]);
    expect(accessor.findMiddleware(Tasks.prototype, 'send')).toEqual([]);
  });

  it('adds up, the upper decorator outermost', () => {
    @UseTaskMiddleware(First)
    @UseTaskMiddleware(Second)
    class Tasks {
      @UseTaskMiddleware(First)
      @UseTaskMiddleware(Second)
      send() {}
    }
    expect(accessor.getMiddleware(Tasks)).toEqual([First, Second]);
    expect(accessor.findMiddleware(Tasks.prototype, 'send')).toEqual([First, Second]);
  });

  it('passes from class to subclass, which replaces it by its own', () => {
    @UseTaskMiddleware(First)
    class Base {}
    class Plain extends Base {}
    @UseTaskMiddleware(Second)
    class Own extends Base {}
    expect(accessor.getMiddleware(Plain)).toEqual([First]);
    expect(accessor.getMiddleware(Own)).toEqual([Second]);
    expect(accessor.getMiddleware(Base)).toEqual([First]);
  });

  it('refuses what is no class, and says where and why', () => {
    const decorate = () => {
      class Tasks {
        @UseTaskMiddleware(First, undefined as unknown as typeof Second) send() {}
      }
      return Tasks;
    };
    expect(decorate).toThrow(TaskRegistrationError);
    expect(decorate).toThrow(/on Tasks\.send: argument 2 is undefined, not a class.*circular import/);
  });
});
