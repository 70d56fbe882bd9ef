import type { TaskBackend, TaskBackendOptions } from '../../contract/index.js';
import { InvalidBackendError, type ValidationIssue } from '../../errors/index.js';
import { MemoryQueueBackend } from './memory-queue-backend.js';
import { MemoryStateBackend } from './memory-state-backend.js';

/** A folder alone names no type, as a url would. */
const FOLDER = "Write `type: 'postgres'` beside `dataDir`: the folder is of a database without a server.";

/**
 * The factory of the type `memory`. Each call makes a store of its own: two entries of a configuration share nothing.
 *
 * @throws InvalidBackendError for a `url`, a `state` or any option, since there is nothing to connect to or to set, and it keeps its own state.
 */
export function createMemoryBackend({ name, url, options, clock, state }: TaskBackendOptions): TaskBackend {
  const given = [
    ...memoryOptionProblems({ url, options }).map(({ path }) => path),
    ...(state === undefined ? [] : ['state']),
  ];
  if (given.length > 0) {
    throw new InvalidBackendError(
      `Backend "${name}": the memory backend takes no ${given.join(', no ')}.`,
      options['dataDir'] === undefined ? {} : { remedy: FOLDER },
    );
  }
  return { queue: new MemoryQueueBackend({ clock }), state: new MemoryStateBackend({ clock }) };
}

createMemoryBackend.check = memoryOptionProblems;

function memoryOptionProblems({
  url,
  options,
}: Pick<TaskBackendOptions, 'url' | 'options'>): ValidationIssue[] {
  const problem = (path: string): ValidationIssue => ({
    path,
    message: `is not for the type \`memory\`.${path === 'options.dataDir' ? ` ${FOLDER}` : ''}`,
  });
  return [
    ...(url === undefined ? [] : [problem('url')]),
    ...Object.keys(options).map((key) => problem(`options.${key}`)),
  ];
}
