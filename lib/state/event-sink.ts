import type { TaskEvent, TaskEventType } from '../contract/index.js';
import type { WorkProbes } from '../events/index.js';

/** Where events go. `wants` is asked first: no event object is made where nobody listens. `TaskEvents` is one. */
export interface EventSink {
  wants(type: TaskEventType): boolean;
  emit(event: TaskEvent): void;
  /** Who watches without an event object. Default: nobody. */
  readonly probes?: WorkProbes;
}
