import { AsyncLocalStorage } from 'node:async_hooks';
import { StorageCarrier, type TaskContextCarrier, TasksModule } from 'nestjs-tasks';

interface Store {
  readonly tenant: string;
  readonly requestId?: string;
  readonly userId: number;
}
const storage = new AsyncLocalStorage<Store>();

TasksModule.forRoot({ context: { carriers: [new StorageCarrier(storage, ['tenant', 'requestId'])] } });
// @ts-expect-error -- There is no such key.
void new StorageCarrier(storage, ['tenannt']);
// @ts-expect-error -- A number would come back as a text.
void new StorageCarrier(storage, ['userId']);
void new StorageCarrier(storage, {
  capture: ({ userId }) => ({ user: String(userId) }),
  restore: ({ user = '0' }) => ({ tenant: 'none', userId: Number(user) }),
});

class Carrier implements TaskContextCarrier {
  constructor(readonly tenant: string) {}
  capture() {
    return { tenant: this.tenant };
  }
  run<T>(_headers: Readonly<Record<string, string>>, body: () => T): T {
    return body();
  }
}
TasksModule.forRoot({ context: { carriers: [Carrier, new Carrier('acme')], trace: false } });
// @ts-expect-error -- A class of something else.
TasksModule.forRoot({ context: { carriers: [Date] } });
