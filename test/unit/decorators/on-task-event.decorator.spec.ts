import { describe, expect, it } from 'vitest';
import type { TaskCompletedEvent, TaskEvent, TaskFailedEvent } from '../../../lib/contract/index.js';
import { OnTaskEvent, TaskMetadataAccessor } from '../../../lib/decorators/index.js';
import { InvalidOptionError, TaskRegistrationError } from '../../../lib/errors/index.js';

const accessor = new TaskMetadataAccessor();

describe('@OnTaskEvent()', () => {
  it('leaves type and filter on the method', () => {
    class Alerts {
      @OnTaskEvent('failed', { task: 'send', queue: 'mail' }) alert(event: TaskFailedEvent) {
        return event.reason;
      }
    }
    expect(accessor.getListeners(Alerts.prototype.alert)).toEqual([
      { type: 'failed', filter: { task: 'send', queue: 'mail' } },
    ]);
  });

  it('adds up when a method has several, the upper first', () => {
    class Alerts {
      @OnTaskEvent('failed')
      @OnTaskEvent('cancelled', { queue: 'mail' })
      ended(event: TaskEvent) {
        return event.type;
      }
    }
    expect(accessor.findListeners(Alerts.prototype, 'ended').map((listener) => listener.type)).toEqual([
      'failed',
      'cancelled',
    ]);
  });

  it('is inherited, and an override without it does not listen', () => {
    class Base {
      @OnTaskEvent('failed') kept() {}
      @OnTaskEvent('failed') overridden() {}
    }
    class Derived extends Base {
      override overridden() {}
    }
    expect(accessor.findListeners(Derived.prototype, 'kept')).toHaveLength(1);
    expect(accessor.findListeners(Derived.prototype, 'overridden')).toEqual([]);
  });

  it('does not compile when the parameter is another event', () => {
    class Alerts {
      // @ts-expect-error a failed event is no completed one
      @OnTaskEvent('failed') alert(event: TaskCompletedEvent) {
        return event;
      }
    }
    expect(Alerts).toBeDefined();
  });

  it('refuses a filter with a typo, which would pass everything, naming the key that was meant', () => {
    const decorate = () => {
      class Alerts {
        // @ts-expect-error there is no such filter
        @OnTaskEvent('failed', { taks: 'send' }) alert() {}
      }
      return Alerts;
    };
    expect(decorate).toThrow(InvalidOptionError);
    expect(decorate).toThrow('Alerts.alert.taks: is not an option. Did you mean "task"?');
  });

  it('refuses an event that there is not, listing those that there are', () => {
    const decorate = () => {
      class Alerts {
        // @ts-expect-error there is no such event
        @OnTaskEvent('finished') alert() {}
      }
      return Alerts;
    };
    expect(decorate).toThrow(TaskRegistrationError);
    expect(decorate).toThrow(/Alerts\.alert: there is no event "finished".*queued, started/);
  });

  it('refuses a static method', () => {
    class Alerts {
      static alert() {}
    }
    expect(() => OnTaskEvent('failed')(Alerts, 'alert', { value: Alerts.alert })).toThrow(
      TaskRegistrationError,
    );
  });
});
