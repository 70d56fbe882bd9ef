import { Background, BackgroundTaskManager, OnErrorPolicy, ScheduledWorker } from 'nestjs-tasks';
import { same } from './same.js';

class Log {
  @Background() async flush(entry: string): Promise<number> {
    return entry.length;
  }
  @Background('sweep') sweep(): void {}
  @Background({ name: 'thenable' }) thenable(): PromiseLike<void> {
    return Promise.resolve();
  }
  // @ts-expect-error -- A caller that gets a value at once cannot leave the call alone.
  @Background() size(): number {
    return 0;
  }
}

// A decorated method keeps its type: what it says is what its caller gets.
same<ReturnType<Log['flush']>, Promise<number>>(true);
same<Parameters<Log['flush']>, [entry: string]>(true);

const manager = new BackgroundTaskManager();
same<ReturnType<typeof fromPromise>, Promise<number>>(true);
same<ReturnType<typeof fromFunction>, Promise<string>>(true);
const fromPromise = () => manager.track(Promise.resolve(1));
const fromFunction = () => manager.trackNamed('name', async (signal: AbortSignal) => String(signal.aborted));
// @ts-expect-error -- A value is no work.
void manager.track(1);

class Worker extends ScheduledWorker {
  override readonly interval = '1h';
  override readonly onErrorPolicy = OnErrorPolicy.BACKOFF;
  // @ts-expect-error -- A setting has the type that it has.
  override readonly jitter: Date = new Date();
  constructor() {
    super({ onErrorPolicy: 'stop', initialDelay: 5 });
  }
  async runCycle(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
  }
}
void new Worker().stop('2s');
