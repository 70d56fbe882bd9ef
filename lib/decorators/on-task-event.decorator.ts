import {
  TASK_EVENT_FILTERS,
  TASK_EVENT_TYPES,
  type TaskEventFilter,
  type TaskEventOf,
  type TaskEventType,
} from '../contract/index.js';
import { assertKnownKeys, didYouMean } from '../config/index.js';
import { TaskRegistrationError } from '../errors/index.js';
import { LISTENER_METADATA } from './metadata-keys.js';
import { assertMethod, describeMember, markMethod } from './method-mark.js';

/** What {@link OnTaskEvent} leaves on a method, once for each use. */
export interface ListenerMetadata {
  readonly type: TaskEventType;
  readonly filter: TaskEventFilter;
}

/**
 * Calls a method of a provider or controller whenever this process says something of a job. The parameter is typed by
 * `type`. The method runs beside the job and cannot disturb it: what it throws is logged. Several on one method add up.
 *
 * @param type `queued`, `started`, `completed`, `retrying`, `failed`, `cancelled` or `progress`
 * @param filter Only events of this task, of this queue, or of both. Default: all. At boot, a queue that is not declared is an
 * `UnknownQueueError`; a task that this process does not know is an error when its name is nearly that of one, else a warning
 * where jobs run.
 * @throws TaskRegistrationError for an unknown type, on a static method, an accessor or a symbol; InvalidOptionError for a
 * filter that does not exist
 *
 * @example
 * @OnTaskEvent('failed', { task: 'send-email' })
 * async alert(event: TaskFailedEvent) {
 *   await this.pager.page(`${event.taskId}: ${event.reason.message}`);
 * }
 */
export function OnTaskEvent<T extends TaskEventType>(type: T, filter: TaskEventFilter = {}) {
  return <M extends (event: TaskEventOf<T>) => unknown>(
    target: object,
    property: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    assertMethod('@OnTaskEvent()', target, property, descriptor);
    if (!TASK_EVENT_TYPES.includes(type)) {
      throw new TaskRegistrationError(
        `@OnTaskEvent() on ${describeMember(target, property)}: ${unknownEvent(type)}`,
      );
    }
    assertKnownKeys(filter, TASK_EVENT_FILTERS, describeMember(target, property));
    const earlier = (Reflect.getOwnMetadata(LISTENER_METADATA, target, property) ??
      []) as readonly ListenerMetadata[];
    markMethod(LISTENER_METADATA, [{ type, filter }, ...earlier], target, property, descriptor.value as M);
  };
}

/** What is said of a type that does not exist. @internal */
export const unknownEvent = (type: unknown): string =>
  `there is no event ${JSON.stringify(type)}; there are ${TASK_EVENT_TYPES.join(', ')}.${didYouMean(String(type), TASK_EVENT_TYPES)}`;
