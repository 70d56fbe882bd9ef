import { type BackendFactories, didYouMean, isName } from '../config/index.js';
import type { TaskBackend, TaskBackendFactory, TaskBackendOptions } from '../contract/index.js';
import { InvalidBackendError, isInstance, TaskError, toErrorRecord } from '../errors/index.js';
import { assertBackend } from './assert-backend.js';
import { createMemoryBackend } from './memory/index.js';
import { createPostgresBackend } from './postgres/index.js';
import { createRabbitMqBackend } from './rabbitmq/index.js';
import { createRedisBackend } from './redis/index.js';

/** What is there from the start. */
export const BUILT_IN_BACKENDS: BackendFactories = {
  memory: createMemoryBackend,
  redis: createRedisBackend,
  postgres: createPostgresBackend,
  rabbitmq: createRabbitMqBackend,
};

const NAMES = 'Use 1 to 128 of letters, digits, `.`, `_`, `-`, beginning with a letter or digit.';

/**
 * Which backend types there are, and how each is made. `memory`, `redis`, `postgres` and `rabbitmq` are there from the start.
 *
 * @example
 * TasksModule.forRoot({ backendTypes: { sqs: createSqsBackend }, backend: { type: 'sqs', url } });
 * // where createSqsBackend = ({ url, options, clock }) => ({ queue: …, state: … })
 */
export class TaskBackendRegistry {
  private readonly factories = new Map<string, TaskBackendFactory>(Object.entries(BUILT_IN_BACKENDS));

  /** @throws InvalidBackendError for what is no name or no function, and when the type has a different factory already */
  register(type: string, factory: TaskBackendFactory): void {
    if (!isName(type)) {
      throw new InvalidBackendError(`${JSON.stringify(type)} cannot be used as a type of backend.`, {
        remedy: NAMES,
      });
    }
    if (typeof factory !== 'function') {
      throw new InvalidBackendError(
        `Backend type "${type}" needs a function that makes its backends, and was given a value of type ${typeof factory}.`,
      );
    }
    const known = this.factories.get(type);
    if (known !== undefined && known !== factory) {
      throw new InvalidBackendError(`Backend type ${JSON.stringify(type)} is registered already.`);
    }
    this.factories.set(type, factory);
  }

  has(type: string): boolean {
    return this.factories.has(type);
  }

  types(): string[] {
    return [...this.factories.keys()];
  }

  /**
   * Makes a backend, unopened.
   * @throws InvalidBackendError when the type is unknown, or its factory cannot make a backend of these options or makes
   * something else
   */
  async create(options: TaskBackendOptions): Promise<TaskBackend> {
    const factory = this.factories.get(options.type);
    const title = `Backend ${JSON.stringify(options.name)}`;
    if (factory === undefined) {
      const known = this.types().join(', ');
      throw new InvalidBackendError(
        `${title} has the unknown type ${JSON.stringify(options.type)}. Known: ${known}.${didYouMean(options.type, this.types())}`,
      );
    }
    let made: unknown;
    try {
      made = await factory(options);
    } catch (error) {
      if (isInstance(error, TaskError)) throw error;
      throw new InvalidBackendError(`${title} cannot be made: ${toErrorRecord(error).message}`, {
        cause: error,
      });
    }
    assertBackend(made, `${title} of type ${JSON.stringify(options.type)}`);
    return made;
  }
}
