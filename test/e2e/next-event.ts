import type { INestApplicationContext } from '@nestjs/common';
import { TaskEvents, type TaskEventFilter, type TaskEventOf, type TaskEventType } from 'nestjs-tasks';
import { firstValueFrom } from 'rxjs';

/** The next event of a type. To be asked for before what causes it. */
export function nextEvent<T extends TaskEventType>(
  app: INestApplicationContext,
  type: T,
  filter: TaskEventFilter = {},
): Promise<TaskEventOf<T>> {
  return firstValueFrom(app.get(TaskEvents).of(type, filter));
}
