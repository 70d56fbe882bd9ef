import { InjectQueue, InjectTasks, Task, type Job, type TaskClient, type TaskQueue } from 'nestjs-tasks';
import { same } from './same.js';

interface Page {
  readonly url: string;
}

/* A class may have its own client, whoever can see it. */
class Public {
  constructor(@InjectTasks(Public) readonly own: TaskClient<Public>) {}

  @Task()
  async walk(page: Page): Promise<number> {
    const job = await this.own.walk.delay({ url: page.url });
    return (await job.result()) + 1;
  }
}
class Private {
  @InjectTasks(Private) private readonly own!: TaskClient<Private>;

  @Task()
  async walk(page: Page): Promise<Job<Page, number>['id']> {
    return (await this.own.walk.delay(page)).id;
  }
}
class Protected {
  constructor(@InjectTasks(Protected) protected readonly own: TaskClient<Protected>) {}

  @Task()
  async walk(page: Page): Promise<void> {
    await this.own.walk.delay(page);
  }
}

/* Two may have each other's. */
class Ping {
  @InjectTasks(Object) pong!: TaskClient<Pong>;

  @Task()
  async ping(n: number): Promise<void> {
    await this.pong.pong.delay(n + 1);
  }
}
class Pong {
  @InjectTasks(Ping) ping!: TaskClient<Ping>;

  @Task()
  async pong(n: number): Promise<void> {
    await this.ping.ping.delay(n + 1);
  }
}

/* One that inherits its client, and a queue of its own tasks. */
abstract class Base<T> {
  abstract readonly own: TaskClient<T>;

  @Task()
  async first(_page: Page): Promise<string> {
    return '';
  }
}
class Derived extends Base<Derived> {
  @InjectQueue() queue!: TaskQueue<Derived>;

  constructor(@InjectTasks(Derived) override readonly own: TaskClient<Derived>) {
    super();
  }

  @Task()
  async second(page: Page): Promise<string> {
    await this.queue.enqueue('first', page);
    return (await this.own.first.delay(page)).result();
  }
}

declare const client: TaskClient<Public>;
declare const derived: TaskClient<Derived>;

/* The client is no task itself. */
same<keyof typeof client, 'walk'>(true);
same<keyof TaskClient<Private>, 'walk'>(true);
same<keyof TaskClient<Protected>, 'walk'>(true);
same<keyof TaskClient<Ping>, 'ping'>(true);
same<keyof TaskClient<Pong>, 'pong'>(true);
same<keyof typeof derived, 'first' | 'second'>(true);
// @ts-expect-error: it is no method
export const none = client.own;
// @ts-expect-error: a wrong payload
void client.walk.delay({ uri: '' });
// @ts-expect-error: the payload is missing
void derived.second.delay();
