import { Controller, Injectable, Logger, Scope } from '@nestjs/common';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TaskCancelledEvent, TaskEvent } from '../../../lib/contract/index.js';
import { OnTaskEvent } from '../../../lib/decorators/index.js';
import { TaskRegistrationError } from '../../../lib/errors/index.js';
import { ExploredApp } from './explored-app.js';

const cancelled = (overrides: Partial<TaskCancelledEvent> = {}): TaskCancelledEvent => ({
  type: 'cancelled',
  taskId: 'job-1',
  taskName: 'send',
  queueName: 'mail',
  reason: 'no longer needed',
  ...overrides,
});

@Injectable()
class Alerts {
  readonly seen: TaskEvent[] = [];

  @OnTaskEvent('cancelled', { task: 'send' }) note(event: TaskEvent) {
    this.seen.push(event);
  }
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('ListenerExplorer', () => {
  it('lets methods of providers and controllers listen, on the instance that Nest made', async () => {
    @Controller()
    class Board extends Alerts {}
    const app = (await ExploredApp.of({ providers: [Alerts], controllers: [Board] })).exploreListeners();
    const event = cancelled();
    app.events.emit(event);
    expect(app.module.get(Alerts).seen).toEqual([event]);
    expect(app.module.get(Board).seen).toEqual([event]);
  });

  it('applies the filter', async () => {
    const app = (await ExploredApp.of({ providers: [Alerts] })).exploreListeners();
    app.events.emit(cancelled({ taskName: 'other' }));
    expect(app.module.get(Alerts).seen).toEqual([]);
  });

  it('lets a method listen once, whatever aliases its class has', async () => {
    const app = await ExploredApp.of({ providers: [Alerts, { provide: 'ALIAS', useExisting: Alerts }] });
    app.exploreListeners().events.emit(cancelled());
    expect(app.module.get(Alerts).seen).toHaveLength(1);
  });

  it('logs a method that throws by its class and name', async () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    @Injectable()
    class Broken {
      @OnTaskEvent('cancelled') note() {
        throw new Error('no pager');
      }
    }
    const app = (await ExploredApp.of({ providers: [Broken] })).exploreListeners();
    app.events.emit(cancelled());
    expect(error.mock.calls[0]?.[0]).toContain('Broken.note failed');
  });

  it('makes nobody want events when nobody listens', async () => {
    const app = (await ExploredApp.of({ providers: [Alerts] })).exploreListeners();
    expect([app.events.wants('cancelled'), app.events.wants('completed')]).toEqual([true, false]);
  });

  it('refuses a method of a scoped provider by class and method', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped extends Alerts {}
    const app = await ExploredApp.of({ providers: [Scoped] });
    expect(() => app.exploreListeners()).toThrow(TaskRegistrationError);
    expect(() => app.exploreListeners()).toThrow('Scoped.note listens to events');
  });
});
