import type { ResolvedOptions } from '../../config/index.js';
import { BUILT_IN_BACKENDS } from '../../backends/index.js';
import type { OptionsOverlay } from '../../module/index.js';
import { QUIET, quietBackend } from './quiet-backend.js';

/** How long a command waits for a broker. */
const PATIENCE = 10_000;

/** The app as a command needs it: nothing of it runs a job or waits for a broker for long, and no schema is changed. */
export const lookingOn: OptionsOverlay = (options) => ({
  ...options,
  role: 'producer',
  logging: 'none',
  worker: { ...options.worker, autoStart: false, queues: undefined },
  background: { ...options.background, autoStart: false },
  scheduler: { ...options.scheduler, enabled: false },
  connect: { onBoot: 'fail', timeout: PATIENCE },
  backends: options.backends.map(withoutMigration),
});

/** The same for an address without an app. */
export const lookingOnFromOutside: OptionsOverlay = (options) => {
  const looked = lookingOn(options);
  return {
    ...looked,
    backends: looked.backends.map((backend) => ({ ...backend, type: `${QUIET}${backend.type}` })),
    backendTypes: Object.fromEntries(
      Object.entries(BUILT_IN_BACKENDS).map(([type, factory]) => [`${QUIET}${type}`, quietBackend(factory)]),
    ),
  };
};

/** A command that looks at jobs does not change the schema: that is said to `migrate`, or done by the app. */
function withoutMigration(backend: ResolvedOptions['backends'][number]): ResolvedOptions['backends'][number] {
  if (backend.type !== 'postgres') return backend;
  return { ...backend, options: { ...backend.options, migrate: 'check' } };
}
