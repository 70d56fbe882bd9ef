import { Injectable } from '@nestjs/common';
import {
  InjectQueue,
  InvalidBackendError,
  Task,
  TaskBackendRegistry,
  type TaskBackend,
  type TaskBackendOptions,
  TaskQueue,
  TasksModule,
  WorkerPool,
} from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { createMemoryBackend } from '../../lib/backends/index.js';
import { startApp } from './start-app.js';

/** A third party's backend, as far as an app can tell. */
class Recorded {
  readonly made: TaskBackendOptions[] = [];
  readonly calls: string[] = [];

  readonly factory = (options: TaskBackendOptions): TaskBackend => {
    this.made.push(options);
    const backend = createMemoryBackend({ ...options, url: undefined, options: {} });
    const { queue } = backend;
    const [open, close] = [queue.open.bind(queue), queue.close.bind(queue)];
    queue.open = async () => {
      this.calls.push(`open ${options.name}`);
      await open();
    };
    queue.close = async () => {
      this.calls.push(`close ${options.name}`);
      await close();
    };
    return backend;
  };
}

@Injectable()
class Tasks {
  @Task() where(_: unknown, ctx: { job: { queue: string } }) {
    return ctx.job.queue;
  }
}

@Injectable()
class Consumer {
  constructor(
    @InjectQueue() readonly standard: TaskQueue,
    @InjectQueue('mail') readonly mail: TaskQueue,
    @InjectQueue('exports') readonly exports: TaskQueue,
  ) {}
}

describe('Several backends in one application', () => {
  it('each bring a queue of their name, and serve the queues that name them', async () => {
    const app = await startApp({
      imports: [
        TasksModule.forRoot({
          backends: [{ name: 'main' }, { name: 'mail' }],
          queues: [{ name: 'exports', backend: 'mail' }],
        }),
      ],
      providers: [Tasks, Consumer],
    });
    const { standard, mail, exports } = app.get(Consumer);
    const jobs = await Promise.all([standard, mail, exports].map((queue) => queue.enqueue('where')));
    await expect(Promise.all(jobs.map((job) => job.result()))).resolves.toEqual([
      'default',
      'mail',
      'exports',
    ]);
    expect(mail.backend).toBe(exports.backend);
    expect(mail.backend).not.toBe(standard.backend);
  });

  it('can be served alone by the name of the primary backend', async () => {
    const app = await startApp({
      imports: [
        TasksModule.forRoot({
          backends: [{ name: 'main' }, { name: 'mail' }],
          queues: [{ name: 'exports' }],
        }),
      ],
      providers: [Tasks, Consumer],
    });
    app.get(WorkerPool).setQueues(['main']);
    const { standard, exports } = app.get(Consumer);
    const left = await exports.enqueue('where');
    await expect((await standard.enqueue('where')).result()).resolves.toBe('default');
    expect((await left.refresh()).status).toBe('pending');
  });
});

describe('A backend of a type of your own', () => {
  const recorded = () => {
    const own = new Recorded();
    return { own, types: { recorded: own.factory } };
  };

  it('is made from its entry, opened before the first hook and closed after the last', async () => {
    const { own, types } = recorded();
    const app = await startApp({
      imports: [
        TasksModule.forRoot({
          backendTypes: types,
          backends: [
            { name: 'main', type: 'recorded', url: 'recorded://here', options: { shards: 2 } },
            { name: 'second', type: 'recorded' },
          ],
        }),
      ],
      providers: [Tasks],
    });
    expect(own.made[0]).toMatchObject({
      name: 'main',
      type: 'recorded',
      url: 'recorded://here',
      options: { shards: 2 },
    });
    expect(own.calls).toEqual(['open main', 'open second']);
    await app.close();
    expect(own.calls.slice(2)).toEqual(['close second', 'close main']);
  });

  it('is known to the TaskBackendRegistry', async () => {
    const { types } = recorded();
    const app = await startApp({ imports: [TasksModule.forRoot({ backendTypes: types })] });
    expect(app.get(TaskBackendRegistry).types()).toEqual(expect.arrayContaining(['memory', 'recorded']));
  });

  it('that cannot be made is an error at boot', async () => {
    const start = startApp({
      imports: [
        TasksModule.forRoot({
          backendTypes: {
            broken: () => {
              throw new InvalidBackendError('Backend "main" needs a url.');
            },
          },
          backend: { type: 'broken' },
        }),
      ],
    });
    await expect(start).rejects.toThrow(InvalidBackendError);
  });

  it('that cannot be opened is an error at boot, and the others are closed again', async () => {
    const { own, types } = recorded();
    const start = startApp({
      imports: [
        TasksModule.forRoot({
          backendTypes: {
            ...types,
            down: (options) => {
              const backend = createMemoryBackend(options);
              backend.queue.open = () => Promise.reject(new Error('connection refused'));
              return backend;
            },
          },
          backends: [
            { name: 'main', type: 'recorded' },
            { name: 'second', type: 'down' },
          ],
        }),
      ],
    });
    await expect(start).rejects.toThrow('connection refused');
    expect(own.calls).toEqual(['open main', 'close main']);
  });

  it('that is no factory is refused', async () => {
    const start = startApp({
      imports: [TasksModule.forRoot({ backendTypes: { odd: 'odd' as never } })],
    });
    await expect(start).rejects.toThrow(/backendTypes\.odd/);
  });
});
