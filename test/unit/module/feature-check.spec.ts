import { Test } from '@nestjs/testing';
import { CapturingLogger } from '@nestjs/testing';
import { Injectable, Module, type OnModuleInit, type Type } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import {
  Background,
  OnTaskEvent,
  ScheduledWorker,
  Task,
  TaskRegistrationError,
  TasksModule,
  UseTaskMiddleware,
} from '../../../lib/index.js';
import { idleHandlers } from '../../../lib/module/feature-check.js';

class WithTask {
  @Task() run(): void {}
}
class Inherits extends WithTask {}
class Overrides extends WithTask {
  override run(): void {}
}
class WithListener {
  @OnTaskEvent('failed') alert(): void {}
}
class WithBackground {
  @Background() async tidy(): Promise<void> {}
}
class Beats extends ScheduledWorker {
  runCycle(): void {}
}
class RegistersFunctions implements OnModuleInit {
  onModuleInit(): void {}
}
class OnlyMiddleware {
  @UseTaskMiddleware() run(): void {}
}
@Injectable()
class Mailer {
  send(): void {}
}

const idle = (handler: Type) => idleHandlers([{ importer: 'MailModule', handlers: [handler] }]);

describe('A handler of a feature', () => {
  it.each([WithTask, Inherits, WithListener, WithBackground, Beats, RegistersFunctions])(
    'may have work of any kind: %o',
    (handler) => {
      expect(idle(handler as Type)).toEqual([]);
    },
  );

  it.each([Mailer, Overrides, OnlyMiddleware])('that has none is told: %o', (handler) => {
    expect(idle(handler)).toEqual([
      `MailModule: TasksModule.forFeature() has ${handler.name} among its handlers, and no method of it is a task or a listener. Decorate those that are, or make ${handler.name} a provider of MailModule.`,
    ]);
  });
});

describe('An app with a handler that has no work', () => {
  let app: { close(): Promise<void> } | undefined;
  afterEach(() => app?.close());

  @Module({ imports: [TasksModule.forFeature([Mailer])] })
  class MailModule {}
  const boot = async (strict: boolean) => {
    const logger = new CapturingLogger();
    const root = TasksModule.forRoot({ strict });
    const compiled = await Test.createTestingModule({ imports: [MailModule, root] })
      .setLogger(logger)
      .compile();
    app = compiled;
    await compiled.init();
    return logger;
  };

  it('warns when it boots', async () => {
    const logger = await boot(false);
    const message = /^MailModule: TasksModule\.forFeature\(\) has Mailer/;
    expect(() => logger.assertLogged({ level: 'warn', message })).not.toThrow();
  });

  it('refuses to boot when it is strict', async () => {
    await expect(boot(true)).rejects.toThrow(TaskRegistrationError);
  });
});
