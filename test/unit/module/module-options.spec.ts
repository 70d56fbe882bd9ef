import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { InvalidOptionError, TaskRegistrationError } from '../../../lib/errors/index.js';
import { TasksModule } from '../../../lib/index.js';
import { rejection } from '../rejection.js';

class Handlers {}

describe('TasksModule.forFeature()', () => {
  it('refuses a key with a typo, which would leave handlers out in silence', () => {
    const feature = () => TasksModule.forFeature({ handler: [Handlers] } as never);
    expect(feature).toThrow(InvalidOptionError);
    expect(feature).toThrow('forFeature.handler: is not an option. Did you mean "handlers"?');
  });

  it.each([undefined, null, 5])('refuses %s in place of its options', (given) => {
    expect(() => TasksModule.forFeature(given as never)).toThrow(InvalidOptionError);
  });

  it('refuses handlers that are no list', () => {
    const feature = () => TasksModule.forFeature({ handlers: Handlers } as never);
    expect(feature).toThrow('forFeature.handlers: must be a list of classes');
  });

  it('refuses queues that are no list', () => {
    const feature = () => TasksModule.forFeature({ queues: 'reports' } as never);
    expect(feature).toThrow('forFeature.queues: must be a list of queues');
  });

  it('refuses a handler that a circular import left undefined', () => {
    expect(() => TasksModule.forFeature([Handlers, undefined] as never)).toThrow(TaskRegistrationError);
  });
});

describe('TasksModule.forRoot()', () => {
  it.each([null, 5, 'memory'])('refuses %s in place of its options while the app boots', async (given) => {
    const boot = Test.createTestingModule({ imports: [TasksModule.forRoot(given as never)] }).compile();
    const error = await rejection<InvalidOptionError>(boot);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.issues).toEqual([{ path: '', message: 'must be an object' }]);
  });
});
