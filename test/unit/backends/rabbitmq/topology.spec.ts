import { isDeepStrictEqual } from 'node:util';
import type { ChannelModel } from 'amqplib';
import { describe, expect, it } from 'vitest';
import { resolveRabbitMqOptions } from '../../../../lib/backends/rabbitmq/resolve-rabbitmq-options.js';
import { DELAY_STEPS, DELAY_UNIT, Topology } from '../../../../lib/backends/rabbitmq/topology.js';
import { BackendFaultError, BackendUnavailableError } from '../../../../lib/errors/index.js';
import { rejection } from '../../rejection.js';

type Call = readonly [call: string, ...args: unknown[]];

/** A connection that notes what is declared on its channels; one that `refuses` a call answers as a broker does. */
class NotingModel {
  readonly calls: Call[] = [];
  refuses: { readonly call: string; readonly with: Error } | undefined;

  get asModel(): ChannelModel {
    return this as unknown as ChannelModel;
  }

  async createChannel(): Promise<unknown> {
    const note =
      (call: string) =>
      async (...args: unknown[]): Promise<void> => {
        if (this.refuses?.call === call) throw this.refuses.with;
        this.calls.push([call, ...args]);
      };
    const names = ['assertExchange', 'assertQueue', 'bindQueue', 'bindExchange'];
    const calls = Object.fromEntries(names.map((name) => [name, note(name)]));
    return { ...calls, on: () => undefined, close: async () => undefined };
  }

  of(call: string): Call[] {
    return this.calls.filter(([name]) => name === call);
  }

  argumentsOf(queue: string): Record<string, unknown> | undefined {
    const found = this.of('assertQueue').find(([, name]) => name === queue);
    return (found?.[2] as { arguments: Record<string, unknown> } | undefined)?.arguments;
  }
}

function topology(options: Record<string, unknown> = {}, keepsDelays = true) {
  const made = new Topology(resolveRabbitMqOptions({ name: 'mq', options }), keepsDelays);
  const model = new NotingModel();
  made.use(model.asModel);
  return { topology: made, model };
}

describe('names at the broker', () => {
  it('begin with the prefix, and only queues have a dot behind it', () => {
    const { topology: made } = topology({ prefix: 'shop' });
    expect([made.work, made.dead, made.due, made.queue('mails'), made.deadQueue('mails')]).toEqual([
      'shop:work',
      'shop:dead',
      'shop:due',
      'shop.mails',
      'shop.mails:dead',
    ]);
  });
});

describe('the way of a delayed message', () => {
  /** Time that it spends in the queues of the ladder, as its routing key says. */
  const waited = (key: string): number => {
    const bits = key.split('.').slice(0, DELAY_STEPS).join('');
    return Number.parseInt(bits, 2) * DELAY_UNIT;
  };
  const { topology: made } = topology();

  it.each([
    [1, 100],
    [100, 100],
    [101, 200],
    [60_000, 60_000],
    [86_400_000, 86_400_000],
    [(2 ** 28 - 1) * 100, (2 ** 28 - 1) * 100],
  ])('of %i ms takes %i ms: no less, and not a unit more', (delay, expected) => {
    expect(waited(made.delayed('mails', delay).key)).toBe(expected);
  });

  it.each([0, -5])('of %i ms takes one unit, since there is no shorter one', (delay) => {
    expect(waited(made.delayed('mails', delay).key)).toBe(DELAY_UNIT);
  });

  it('that is longer than the ladder takes all of it', () => {
    expect(waited(made.delayed('mails', Number.MAX_SAFE_INTEGER).key)).toBe((2 ** 28 - 1) * 100);
  });

  it.each([
    [100, 'tasks:delay.0'],
    [200, 'tasks:delay.1'],
    [300, 'tasks:delay.1'],
    [102_400, 'tasks:delay.10'],
    [(2 ** 28 - 1) * 100, 'tasks:delay.27'],
  ])('of %i ms begins at its longest step: %s', (delay, exchange) => {
    expect(made.delayed('mails', delay).exchange).toBe(exchange);
  });

  it('ends with the name of the queue, dots and all', () => {
    expect(made.delayed('billing.v2', 100).key.split('.').slice(DELAY_STEPS)).toEqual(['billing', 'v2']);
  });
});

describe('what is declared of a queue', () => {
  it('is the queue at the work exchange and its dead letters at the dead one, all durable', async () => {
    const { topology: made, model } = topology({}, false);
    await made.declare(['mails']);
    expect(model.calls).toEqual([
      ['assertExchange', 'tasks:work', 'direct', { durable: true }],
      ['assertExchange', 'tasks:dead', 'direct', { durable: true }],
      ['assertQueue', 'tasks.mails:dead', { durable: true, arguments: { 'x-queue-type': 'classic' } }],
      ['bindQueue', 'tasks.mails:dead', 'tasks:dead', 'mails'],
      [
        'assertQueue',
        'tasks.mails',
        {
          durable: true,
          deadLetterExchange: 'tasks:dead',
          deadLetterRoutingKey: 'mails',
          arguments: { 'x-queue-type': 'classic', 'x-max-priority': 10 },
        },
      ],
      ['bindQueue', 'tasks.mails', 'tasks:work', 'mails'],
    ]);
  });

  it.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ maxPriority: 0 }, { 'x-queue-type': 'classic' }],
    [{ maxPriority: 3 }, { 'x-queue-type': 'classic', 'x-max-priority': 3 }],
    [
      { maxLength: 50 },
      {
        'x-queue-type': 'classic',
        'x-max-priority': 10,
        'x-max-length': 50,
        'x-overflow': 'reject-publish',
      },
    ],
    [
      { queueType: 'quorum' },
      {
        'x-queue-type': 'quorum',
        'x-overflow': 'reject-publish',
        'x-dead-letter-strategy': 'at-least-once',
        'x-delivery-limit': 1_000_000,
      },
    ],
    [
      { queueType: 'quorum', maxLength: 50, maxPriority: 20 },
      {
        'x-queue-type': 'quorum',
        'x-max-length': 50,
        'x-overflow': 'reject-publish',
        'x-dead-letter-strategy': 'at-least-once',
        'x-delivery-limit': 1_000_000,
      },
    ],
  ])('follows the options %o', async (options, expected) => {
    const { topology: made, model } = topology(options);
    await made.declare(['mails']);
    expect(model.argumentsOf('tasks.mails')).toEqual(expected);
  });

  it('is replicated with its dead letters, of which no look at them is one too many', async () => {
    const { topology: made, model } = topology({ queueType: 'quorum' });
    await made.declare(['mails']);
    expect(model.argumentsOf('tasks.mails:dead')).toEqual({
      'x-queue-type': 'quorum',
      'x-delivery-limit': 1_000_000,
    });
  });

  it('is declared once a connection, whoever asks', async () => {
    const { topology: made, model } = topology();
    await Promise.all([made.declare(['mails', 'mails']), made.declare(['mails'])]);
    expect(model.of('assertQueue')).toHaveLength(2);
  });

  it('is declared again on a new connection', async () => {
    const { topology: made } = topology();
    await made.declare(['mails']);
    const next = new NotingModel();
    made.use(next.asModel);
    await made.declare(['mails']);
    expect(next.of('assertQueue')).toHaveLength(2);
  });

  it('is declared again when it was deleted, and nothing else is', async () => {
    const { topology: made, model } = topology();
    await made.declare(['mails', 'bills']);
    model.calls.length = 0;
    made.forget('mails');
    await made.declare(['mails', 'bills']);
    expect(model.of('assertQueue').map(([, name]) => name)).toEqual(['tasks.mails:dead', 'tasks.mails']);
  });
});

describe('the ladder', () => {
  it('has a queue for each step, which waits twice as long as the one below and leads there', async () => {
    const { topology: made, model } = topology();
    await made.declareDelays();
    const steps = model.of('assertQueue').filter(([, name]) => String(name).includes(':delay.'));
    expect(steps.map(([, name, options]) => [name, options])).toEqual(
      Array.from({ length: DELAY_STEPS }, (_, step) => [
        `tasks:delay.${step}`,
        {
          durable: true,
          deadLetterExchange: step === 0 ? 'tasks:due' : `tasks:delay.${step - 1}`,
          messageTtl: 100 * 2 ** step,
          arguments: { 'x-queue-type': 'classic' },
        },
      ]),
    );
  });

  it('takes a message into a step by its one, and past it by its zero', async () => {
    const { topology: made, model } = topology();
    await made.declareDelays();
    const before = '*.'.repeat(DELAY_STEPS - 4);
    expect(model.calls).toContainEqual(['bindQueue', 'tasks:delay.3', 'tasks:delay.3', `${before}1.#`]);
    expect(model.calls).toContainEqual(['bindExchange', 'tasks:delay.2', 'tasks:delay.3', `${before}0.#`]);
  });

  it('lets go into every queue by its name, also into one that is declared anew', async () => {
    const { topology: made, model } = topology();
    const binding = ['bindQueue', 'tasks.mails', 'tasks:due', `${'*.'.repeat(DELAY_STEPS)}mails`];
    await made.declare(['mails']);
    expect(model.calls).toContainEqual(binding);
    made.forget('mails');
    await made.declare(['mails']);
    expect(model.calls.filter((call) => isDeepStrictEqual(call, binding))).toHaveLength(2);
  });

  it('is declared with the first delay and not before', async () => {
    const { topology: made, model } = topology();
    await made.declare(['mails']);
    const exchanges = ['tasks:work', 'tasks:dead', 'tasks:due'];
    expect(model.of('assertExchange').map(([, name]) => name)).toEqual(exchanges);
    expect(model.of('assertQueue').map(([, name]) => name)).toEqual(['tasks.mails:dead', 'tasks.mails']);
  });

  it('leads nowhere where a shared ledger keeps the delays', async () => {
    const { topology: made, model } = topology({}, false);
    await made.declare(['mails']);
    expect(model.of('assertExchange').map(([, name]) => name)).toEqual(['tasks:work', 'tasks:dead']);
    expect(model.of('bindQueue')).toHaveLength(2);
  });
});

describe('a declaration that fails', () => {
  const mismatch = new Error(
    `Operation failed: QueueDeclare; 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - inequivalent arg 'x-max-priority' for queue 'tasks.mails' in vhost '/': received '3' but current is '10'"`,
  );

  it('says which argument of which queue is another there, and what to do', async () => {
    const { topology: made, model } = topology();
    model.refuses = { call: 'assertQueue', with: mismatch };
    const error = await rejection<BackendFaultError>(made.declare(['mails']));
    expect(error).toBeInstanceOf(BackendFaultError);
    expect(error.message).toContain(
      "inequivalent arg 'x-max-priority' for queue 'tasks.mails' in vhost '/': received '3' but current is '10'",
    );
    expect(error.remedy).toContain('another `options.prefix`');
  });

  it('is tried again by the next who asks', async () => {
    const { topology: made, model } = topology();
    model.refuses = { call: 'assertQueue', with: mismatch };
    await rejection(made.declare(['mails']));
    model.refuses = undefined;
    await made.declare(['mails']);
    expect(model.of('assertQueue')).toHaveLength(2);
  });

  it('says that nothing was done when there is no connection', async () => {
    const { topology: made } = topology();
    made.use(undefined);
    const error = await rejection<BackendUnavailableError>(made.declare(['mails']));
    expect(error).toBeInstanceOf(BackendUnavailableError);
    expect(error.outcome).toBe('not-sent');
  });

  it('repeats no password of the driver', async () => {
    const { topology: made, model } = topology({ password: 's3cret' });
    model.refuses = { call: 'assertExchange', with: new Error('ACCESS_REFUSED for app:s3cret') };
    const error = await rejection(made.declare(['mails']));
    expect(error.message).toContain('is not allowed what was asked for');
    expect(error.message).not.toContain('s3cret');
  });
});
