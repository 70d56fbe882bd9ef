import { forwardRef } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import {
  getQueueToken,
  getTasksToken,
  type HandlerClass,
  InjectQueue,
  InjectTasks,
  notedQueues,
  notedTaskClasses,
} from '../../../lib/decorators/index.js';
import { TaskRegistrationError } from '../../../lib/errors/index.js';

/** What Nest reads: `@Inject` leaves the token of each parameter on the class. */
const injectedTokens = (consumer: object) =>
  (Reflect.getMetadata('self:paramtypes', consumer) as { index: number; param: unknown }[])
    .toSorted((a, b) => a.index - b.index)
    .map((entry) => entry.param);

describe('@InjectQueue()', () => {
  it('injects by a token that a test can override', () => {
    class Consumer {
      constructor(
        @InjectQueue('mail') readonly mail: unknown,
        @InjectQueue() readonly standard: unknown,
      ) {}
    }
    expect(injectedTokens(Consumer)).toEqual([getQueueToken('mail'), getQueueToken()]);
    expect([getQueueToken('mail'), getQueueToken()]).toEqual(['TaskQueue:mail', 'TaskQueue:']);
  });

  it.each([[null], [''], [5]])('refuses %j, which would pass for the queue without a name', (name) => {
    const before = notedQueues().length;
    expect(() => InjectQueue(name as string)).toThrow(TaskRegistrationError);
    expect(() => getQueueToken(name as string)).toThrow(TaskRegistrationError);
    expect(notedQueues()).toHaveLength(before);
  });

  it('is noted once for each name, for the module that provides the tokens', () => {
    const before = notedQueues().length;
    getQueueToken('noted-once');
    getQueueToken('noted-once');
    expect(notedQueues().slice(before)).toEqual(['noted-once']);
  });
});

describe('@InjectTasks()', () => {
  it('has one token a class, which a subclass does not share', () => {
    class Emails {}
    class Newsletters extends Emails {}
    expect(getTasksToken(Emails)).toBe(getTasksToken(Emails));
    expect(getTasksToken(Newsletters)).not.toBe(getTasksToken(Emails));
    expect(String(getTasksToken(Emails))).toBe('Symbol(TaskClient:Emails)');
  });

  it.each([[undefined], ['Emails'], [null]])('has no token for %j', (handlerClass) => {
    expect(() => getTasksToken(handlerClass as never)).toThrow(TaskRegistrationError);
  });

  it('is noted with its class', () => {
    class Emails {}
    class Consumer {
      constructor(@InjectTasks(Emails) readonly emails: unknown) {}
    }
    const note = notedTaskClasses().find(({ token }) => token === injectedTokens(Consumer)[0]);
    expect(note?.resolve()).toBe(Emails);
  });

  it('takes a forward reference, and looks at it only later', () => {
    let known: HandlerClass | undefined;
    class Consumer {
      constructor(@InjectTasks(forwardRef(() => known as HandlerClass)) readonly emails: unknown) {}
    }
    const note = notedTaskClasses().find(({ token }) => token === injectedTokens(Consumer)[0]);
    expect(note?.resolve()).toBeUndefined();
    known = class Emails {};
    expect(note?.resolve()).toBe(known);
  });

  it('refuses undefined, and says what a circular import needs', () => {
    expect(() => InjectTasks(undefined as unknown as HandlerClass)).toThrow(TaskRegistrationError);
    expect(() => InjectTasks(undefined as unknown as HandlerClass)).toThrow(/forwardRef\(\(\) => TheClass\)/);
  });
});
