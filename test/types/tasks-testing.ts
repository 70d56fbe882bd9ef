import { Task, type TaskOptions } from 'nestjs-tasks';
import type { TasksTesting } from 'nestjs-tasks/testing';
import { same } from './same.js';

const piped: TaskOptions = {};

class Tasks {
  @Task(piped)
  send(_mail: { to: string; at?: Date }): string {
    return '';
  }
  @Task()
  digest(): number {
    return 1;
  }
}

declare const tasks: TasksTesting;

// What was enqueued has the payload's type, as the codec carries it.
const sent = tasks.expectEnqueued(Tasks, 'send', { to: 'ada', at: new Date() });
same<typeof sent.payload, { to: string; at?: string }>(true);
same<(typeof listed)[number]['payload'], { to: string; at?: string }>(true);
const listed = tasks.enqueued(Tasks, 'send');

// A function is asked with that type too.
tasks.expectEnqueued(Tasks, 'send', ({ to, at }) => to === 'ada' && at?.startsWith('2026') === true);
tasks.expectNotEnqueued(Tasks, 'send', ({ to }) => to === 'ada');

// By name nothing is known of the payload.
tasks.expectEnqueued('send', { anything: 1 });
same<ReturnType<typeof byName>['payload'], unknown>(true);
const byName = () => tasks.expectEnqueued('send');

// @ts-expect-error -- another payload
tasks.expectEnqueued(Tasks, 'send', { too: 'ada' });
// @ts-expect-error -- no such method
tasks.expectEnqueued(Tasks, 'sent');
// @ts-expect-error -- a class without its method
tasks.expectEnqueued(Tasks);
// @ts-expect-error -- it takes no payload
tasks.expectEnqueued(Tasks, 'digest', 1);
// @ts-expect-error -- another payload
tasks.expectNotEnqueued(Tasks, 'send', { too: 'ada' });
