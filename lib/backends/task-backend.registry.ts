import type { TaskBackend, TaskBackendFactory, TaskBackendOptions } from '../contract/index.js';
import { InvalidBackendError, isInstance, TaskError, toErrorRecord } from '../errors/index.js';
import { assertBackend } from './assert-backend.js';
import { createMemoryBackend } from './memory/index.js';
import { createRedisBackend } from './redis/index.js';

/**
 * Which backend types there are, and how each is made. `memory` and `redis` are there from the start.
 *
 * @example
 * TasksModule.forRoot({ backendTypes: { sqs: createSqsBackend }, backend: { type: 'sqs', url } });
 * // where createSqsBackend = ({ url, options, clock }) => ({ queue: …, state: … })
 */
export class TaskBackendRegistry {
  private readonly factories = new Map<string, TaskBackendFactory>([
    ['memory', createMemoryBackend],
    ['redis', createRedisBackend],
  ]);

  /** @throws InvalidBackendError when the type has a different factory already */
  register(type: string, factory: TaskBackendFactory): void {
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
        `${title} has the unknown type ${JSON.stringify(options.type)}. Known: ${known}.`,
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
