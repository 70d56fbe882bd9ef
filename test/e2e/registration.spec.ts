import { Injectable, Module } from '@nestjs/common';
import {
  DuplicateTaskError,
  InvalidNameError,
  InvalidOptionError,
  Task,
  TaskRegistrationError,
  TasksModule,
  type TasksModuleOptions,
  UseTaskMiddleware,
} from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { startApp } from './start-app.js';

const boot = (options: unknown) =>
  startApp({ imports: [TasksModule.forRoot(options as TasksModuleOptions)] });

describe('What an application refuses while it boots', () => {
  it('two tasks of one name, naming both classes and methods', async () => {
    @Injectable()
    class Emails {
      @Task('send') send() {}
    }
    @Injectable()
    class Letters {
      @Task('send') post() {}
    }
    @Module({ providers: [Letters] })
    class LettersModule {}
    const start = startApp({ imports: [LettersModule, TasksModule.forRoot()], providers: [Emails] });
    await expect(start).rejects.toThrow(DuplicateTaskError);
    await expect(start).rejects.toThrow(
      /Task "send" is registered by .*(Emails\.send|Letters\.post).* and by /,
    );
  });

  it('every invalid option at once, each with its path', async () => {
    const start = boot({ worker: { workerCount: -1, lease: 'soon' }, retry: { delay: '-1s' } });
    await expect(start).rejects.toThrow(InvalidOptionError);
    await expect(start).rejects.toThrow(/worker\.workerCount[^]*worker\.lease[^]*retry\.delay/);
  });

  it('an unknown option, with the nearest known one', async () => {
    const start = boot({ worker: { workerCuont: 2 } });
    await expect(start).rejects.toThrow(InvalidOptionError);
    await expect(start).rejects.toThrow(/workerCount/);
  });

  it('a backend type that nobody registered', async () => {
    const start = boot({ backend: { type: 'redsi' } });
    await expect(start).rejects.toThrow(InvalidOptionError);
    await expect(start).rejects.toThrow(
      /- backend\.type: .*"redsi".*Known: memory, .*Did you mean "redis"\?/,
    );
  });

  it.each([
    ['a queue of a hostile name', { queues: [{ name: 'a b' }] }],
    ['a queue on a backend that is not there', { queues: [{ name: 'a', backend: 'nowhere' }] }],
    ['a worker told to serve a queue that is not there', { worker: { queues: ['nowhere'] } }],
    ['one broker and several at once', { backend: {}, backends: [{ name: 'a' }] }],
  ])('%s', async (_what, options) => {
    await expect(boot(options)).rejects.toThrow(InvalidOptionError);
  });

  it('a task of a hostile name', async () => {
    @Injectable()
    class Hostile {
      @Task({ name: '"; drop' }) run() {}
    }
    const start = startApp({ imports: [TasksModule.forRoot()], providers: [Hostile] });
    await expect(start).rejects.toThrow(InvalidNameError);
  });

  it('a feature queue that is declared elsewhere with limits', async () => {
    const start = startApp({
      imports: [
        TasksModule.forFeature({ queues: [{ name: 'bulk', concurrency: 1 }] }),
        TasksModule.forRoot({ queues: [{ name: 'bulk', concurrency: 2 }] }),
      ],
    });
    await expect(start).rejects.toThrow(InvalidOptionError);
  });

  it('middleware that is none', async () => {
    @Injectable()
    class Nothing {
      other() {}
    }
    @Injectable()
    class Tasks {
      @UseTaskMiddleware(Nothing as never)
      @Task()
      run() {}
    }
    const start = startApp({ imports: [TasksModule.forRoot()], providers: [Tasks] });
    await expect(start).rejects.toThrow(TaskRegistrationError);
    await expect(start).rejects.toThrow(/Middleware Nothing cannot be made.*neither intercept\(\)/);
  });
});
