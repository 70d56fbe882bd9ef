import { describe, expect, it } from 'vitest';
import { BUILT_IN_BACKENDS } from '../../../lib/backends/index.js';
import { resolveOptions, type Surroundings } from '../../../lib/config/index.js';
import { InvalidOptionError } from '../../../lib/errors/index.js';

const linesOf = (options: unknown, surroundings: Surroundings = {}): string[] => {
  try {
    resolveOptions(options as never, { backendFactories: BUILT_IN_BACKENDS, ...surroundings });
  } catch (error) {
    if (!(error instanceof InvalidOptionError)) throw error;
    return error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
};

describe('The report of a configuration', () => {
  it('has what is wrong with single fields, backends, features, and queues that nobody declares, at once', () => {
    const wrong = {
      backend: { type: 'postgres', options: { poolSize: 0 } },
      retry: { maxRetries: -1 },
      worker: { queues: ['reprots'] },
      tasks: { mail: { queue: 'mials' } },
    };
    const features = [
      { importer: 'ReportsModule', queues: ['reports'] },
      { importer: 'MailModule', queues: [{ name: 'mails', backend: 'redsi' }, 'a b'] },
    ];
    expect(linesOf(wrong, { features })).toEqual([
      expect.stringMatching(/^retry\.maxRetries: /),
      expect.stringMatching(/^MailModule\.forFeature\.queues\.1\.name: /),
      expect.stringMatching(/^worker\.queues\.0: Queue "reprots" .*Did you mean "reports"\?$/),
      expect.stringMatching(/^tasks\.mail\.queue: Queue "mials" .*Did you mean "mails"\?$/),
      expect.stringMatching(/^backend\.options\.poolSize: /),
    ]);
  });

  it('names who imports a feature on a backend that is not there', () => {
    const features = [{ importer: 'MailModule', queues: [{ name: 'mails', backend: 'redsi' }] }];
    expect(linesOf({ backend: { type: 'redis' } }, { features })).toEqual([
      'MailModule.forFeature.queues.0.backend: "redsi" is not a backend. Known: redis. Did you mean "redis"?',
    ]);
  });

  it('names who sets limits of a queue that another feature has declared', () => {
    const features = [
      { importer: 'A', queues: ['exports'] },
      { importer: 'B', queues: [{ name: 'exports', maxSize: 5 }] },
    ];
    expect(linesOf({}, { features })).toEqual([
      'B.forFeature.queues.0.name: "exports" is declared already; set its limits there',
    ]);
  });

  it.each<[string, object, string]>([
    ['a type that is not there', { type: 'redsi' }, 'backend.type: there is no type "redsi" of backend.'],
    ['an option of another type', { type: 'redis', dataDir: './x' }, 'backend.dataDir: is not an option.'],
    ['a folder without its type', { dataDir: './x' }, 'backend.dataDir: is not for the type `memory`. Write'],
    [
      'an address of memory',
      { type: 'memory', url: 'redis://x' },
      'backend.url: is not for the type `memory`.',
    ],
    [
      'a folder and a server at once',
      { type: 'postgres', dataDir: './x', url: 'postgres://x/y' },
      'backend.dataDir: cannot be given together with url',
    ],
    ['an address without a type', { url: 'localhost' }, 'backend.url: does not say of what broker'],
  ])('has the problem of a single backend like any other: %s', (_what, backend, line) => {
    expect(linesOf({ backend })).toEqual([expect.stringContaining(line)]);
  });

  it('names the variable of a queue that a task is sent to and nobody declares', () => {
    const processEnv = { TASKS__TASKS__SEND_MAIL__QUEUE: 'blk' };
    expect(linesOf({}, { processEnv })).toEqual([
      expect.stringMatching(/^TASKS__TASKS__SEND_MAIL__QUEUE: Queue "blk" is not declared\./),
    ]);
  });
});
