import { type DynamicModule, Module } from '@nestjs/common';

/** Where the records are: a backend entry without its name. */
export interface StoreEntry {
  readonly type: 'postgres' | 'redis';
  readonly url: string;
  readonly options: Readonly<Record<string, string>>;
}

/** What differs from one place where the app runs to another. */
export class Settings {
  constructor(
    readonly store: StoreEntry,
    /** Address of RabbitMQ. */
    readonly amqp: string,
    /** Before the name of every queue and exchange there. */
    readonly prefix: string,
  ) {}
}

@Module({})
export class SettingsModule {
  static of(settings: Settings): DynamicModule {
    return {
      module: SettingsModule,
      providers: [{ provide: Settings, useValue: settings }],
      exports: [Settings],
    };
  }
}
