import { NestFactory } from '@nestjs/core';

const MAKERS = ['create', 'createMicroservice', 'createApplicationContext'] as const;

/** Stands before Nest while a file is loaded: one that starts the app itself would listen, run jobs and fire schedules. */
export class StartingGuard {
  /** Resolves with the root module of the first application that is about to be made. None is: whoever makes it waits for ever. */
  readonly start: Promise<unknown>;

  constructor() {
    const factory = NestFactory as unknown as Record<string, unknown>;
    this.start = new Promise((resolve) => {
      for (const maker of MAKERS) {
        factory[maker] = (root: unknown) => {
          resolve(root);
          return new Promise(() => undefined);
        };
      }
    });
  }

  /** From now on applications are made as ever. */
  release(): void {
    for (const maker of MAKERS) Reflect.deleteProperty(NestFactory, maker);
  }
}
