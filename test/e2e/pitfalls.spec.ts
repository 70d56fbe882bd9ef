import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** What goes wrong in plugins of Nest, and the test that pins how it goes here: its file below test/, and its title. */
const PITFALLS: readonly (readonly [what: string, file: string, test: string])[] = [
  [
    'two apps in one process',
    'e2e/injection.spec.ts',
    'know nothing of each other: queues, jobs, handlers, injections',
  ],
  [
    'forFeature() twice',
    'e2e/feature-modules.spec.ts',
    'lets a feature be imported by several modules, and serves its tasks once',
  ],
  [
    'forFeature() twice with one class',
    'unit/handlers/task-explorer.spec.ts',
    'lets two features bring the same class, and registers it once',
  ],
  [
    'alias providers',
    'unit/handlers/task-explorer.spec.ts',
    'registers a class once, whatever aliases it has',
  ],
  [
    'an alias in a module that comes first',
    'unit/handlers/task-explorer.spec.ts',
    'takes a class for the one that Nest makes, also where the module before has an alias of it',
  ],
  [
    'a factory or a value with @Task()',
    'unit/handlers/task-explorer.spec.ts',
    'registers what a factory or a value brings',
  ],
  [
    'a factory whose enhancers Nest would leave out',
    'unit/handlers/nest-handler-factory.spec.ts',
    'is refused when %s brings it and its guard is named by its class',
  ],
  ['request-scoped handlers', 'e2e/scopes.spec.ts', 'is made for each run, with the context of its job'],
  [
    'durable handlers',
    'e2e/scopes.spec.ts',
    'is made once for each sub-tree of the strategy, with the payload of the strategy as its request',
  ],
  ['inherited @Task() methods', 'unit/handlers/task-explorer.spec.ts', 'registers what a class inherits'],
  [
    'null prototypes, throwing getters and proxies among the providers',
    'unit/handlers/task-explorer.spec.ts',
    'is not disturbed by null prototypes, throwing getters, proxies and values of all kinds',
  ],
  [
    'an APP_GUARD that calls switchToHttp()',
    'e2e/global-enhancers.spec.ts',
    'do not stand around tasks: a guard written for requests never sees a job',
  ],
  [
    'an APP_GUARD beside a guard of the task',
    'e2e/global-enhancers.spec.ts',
    'do not stand around a task that has enhancers of its own either',
  ],
  ['a filter that returns a value', 'e2e/enhancers.spec.ts', 'that gives a value completes the job with it'],
  [
    'an async filter that returns nothing',
    'e2e/enhancers.spec.ts',
    'that gives %s lets the error go on to the retry policy',
  ],
  ['an interceptor that ends empty', 'e2e/enhancers.spec.ts', 'that ends empty fails the run'],
  [
    'an enqueue during shutdown',
    'e2e/lifecycle.spec.ts',
    'lets handlers and the hooks of other modules enqueue until the end',
  ],
  ['close() during init()', 'e2e/lifecycle.spec.ts', 'can come while the app is starting, and twice'],
  ['a missing optional peer', 'unit/backends/optional-peer.spec.ts', 'MissingPeerError'],
  ['require() from CommonJS', 'pack/entry-points.spec.ts', 'are all loaded by `require` on Node %s'],
  [
    'two tasks of one name',
    'e2e/registration.spec.ts',
    'two tasks of one name, naming both classes and methods',
  ],
  [
    'a cron slot when the clocks are moved',
    'unit/scheduling/dst.spec.ts',
    'a time that comes twice fires at the first',
  ],
  [
    'a cron slot and several processes',
    'unit/scheduling/fleet/kills.spec.ts',
    'fires nothing twice when a leader that was frozen wakes up and believes that it leads',
  ],
  [
    'an event loop that stands still for longer than a lease',
    'e2e/odd-handlers.spec.ts',
    'blocks the event loop past its lease: its verdict is refused, and the job runs again',
  ],
  [
    'a backend that is down at boot',
    'e2e/backends.spec.ts',
    'that cannot be opened is an error at boot, and the others are closed again',
  ],
  [
    'a backend that is lost in mid-run',
    'unit/worker/pool-trouble.spec.ts',
    'keeps settlements and sends them again',
  ],
  [
    'a schema that changed between enqueue and run',
    'e2e/schemas.spec.ts',
    'is a dead letter at once (%s), told without the payload, and can be corrected',
  ],
  ['an instance that an agent has wrapped', 'e2e/instrumented.spec.ts', 'runs its tasks through the wrapper'],
];

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

describe('The pitfalls of a Nest plugin', () => {
  it.each(PITFALLS)('%s: pinned in %s', (_what, file, test) => {
    expect(read(file)).toContain(test);
  });
});
