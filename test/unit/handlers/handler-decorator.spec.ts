import { Injectable, Module, type Provider, Scope } from '@nestjs/common';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Task } from '../../../lib/decorators/index.js';
import { TaskRegistrationError } from '../../../lib/errors/index.js';
import { type DecoratedHandler, HandlerDecorator, type HandlerInvoke } from '../../../lib/handlers/index.js';
import { ExploredApp } from './explored-app.js';

@Injectable()
class Tasks {
  @Task({ name: 'work', maxRetries: 7 }) run(payload: string) {
    return payload;
  }
}

/** Puts a word before what handlers give. */
const wordBefore = (word: string): HandlerDecorator => ({
  decorate:
    (invoke, { name }) =>
    (payload, ctx) =>
      `${word} ${name} ${String(invoke(payload, ctx))}`,
});
const decorator = (useValue: HandlerDecorator): Provider => ({ provide: HandlerDecorator, useValue });
const run = (app: ExploredApp) => app.exploreTasks().registry.execute({ name: 'work', payload: 'done' });

describe('HandlerDecorator', () => {
  it('leaves handlers as they are', async () => {
    const app = await ExploredApp.of({ providers: [Tasks, HandlerDecorator] });
    await expect(run(app)).resolves.toBe('done');
  });

  it('wraps the handler of every task when a module provides another', async () => {
    const app = await ExploredApp.of({ providers: [Tasks, decorator(wordBefore('traced'))] });
    await expect(run(app)).resolves.toBe('traced work done');
  });

  it('is told of the task: name, options, class, method', async () => {
    const decorate = vi.fn((invoke: HandlerInvoke, _: DecoratedHandler) => invoke);
    const app = await ExploredApp.of({ providers: [Tasks, decorator({ decorate })] });
    app.exploreTasks();
    expect(decorate).toHaveBeenCalledOnce();
    expect(decorate.mock.calls[0]?.[1]).toMatchObject({
      name: 'work',
      options: { maxRetries: 7 },
      handlerClass: Tasks,
      handlerMethod: 'run',
    });
  });

  it('may come from several modules, the first innermost', async () => {
    @Module({ providers: [decorator(wordBefore('second'))] })
    class SecondModule {}
    @Module({ imports: [SecondModule], providers: [decorator(wordBefore('first'))] })
    class FirstModule {}
    const app = await ExploredApp.of({ imports: [FirstModule], providers: [Tasks] });
    await expect(run(app)).resolves.toBe('second work first work done');
  });

  it('can be overridden in a test', async () => {
    const app = await ExploredApp.of({ providers: [Tasks, HandlerDecorator] }, (builder) =>
      builder.overrideProvider(HandlerDecorator).useValue(wordBefore('overridden')),
    );
    await expect(run(app)).resolves.toBe('overridden work done');
  });

  it('can be patched by an agent that knows the class', async () => {
    const patched = vi
      .spyOn(HandlerDecorator.prototype, 'decorate')
      .mockImplementation((...args) => wordBefore('patched').decorate(...args));
    onTestFinished(() => patched.mockRestore());
    const app = await ExploredApp.of({ providers: [Tasks, HandlerDecorator] });
    await expect(run(app)).resolves.toBe('patched work done');
  });

  it('is refused when it is scoped', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped extends HandlerDecorator {}
    const app = await ExploredApp.of({ providers: [Tasks, { provide: HandlerDecorator, useClass: Scoped }] });
    expect(() => app.exploreTasks()).toThrow(TaskRegistrationError);
  });
});
