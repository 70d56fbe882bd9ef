import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryQueueBackend } from '../../lib/backends/memory/memory-queue-backend.js';
import { createRabbitMqBackend } from '../../lib/backends/rabbitmq/create-rabbitmq-backend.js';
import { RabbitMqQueueBackend } from '../../lib/backends/rabbitmq/rabbitmq-queue-backend.js';
import { resolveRabbitMqOptions } from '../../lib/backends/rabbitmq/resolve-rabbitmq-options.js';
import { type Claim, systemClock } from '../../lib/contract/index.js';
import { BackendFaultError, BackendUnavailableError } from '../../lib/errors/index.js';
import { aJob } from '../../lib/testing/index.js';
import { type RabbitMqServer, startRabbitMq } from '../servers/rabbitmq.mjs';

const PATIENCE = { timeout: 15_000, interval: 20 };
const START_BOUND = 120_000;
const QUEUE = 'work';
const CONFIRM_WITHIN = 400;

/** Each command to the node starts a virtual machine of its own: 5 s where four other processes compute. */
const BUSY = 60_000;

/** What only an operator of a broker can do to it: a node of its own. */
describe('a broker', { timeout: BUSY }, () => {
  let server: RabbitMqServer;
  let prefix: string;
  let warnings: string[];
  let runs = 0;
  const opened: RabbitMqQueueBackend[] = [];

  const make = (options: Readonly<Record<string, unknown>> = {}, url = server.url) => {
    const settings = resolveRabbitMqOptions({
      name: 'rabbitmq',
      url,
      options: { prefix, commandTimeout: CONFIRM_WITHIN, ...options },
    });
    const warn = (message: string) => void warnings.push(message);
    const ledger = new MemoryQueueBackend();
    const queue = new RabbitMqQueueBackend({ settings, ledger, clock: systemClock, warn });
    queue.declare([{ name: QUEUE }]);
    opened.push(queue);
    return queue;
  };
  const open = async (options: Readonly<Record<string, unknown>> = {}, url = server.url) => {
    const queue = make(options, url);
    await queue.open();
    return queue;
  };
  const job = () => aJob({ queue: QUEUE });
  const jobs = (count: number) => Array.from({ length: count }, job);
  const idsOf = (of: readonly { readonly id: string }[]) => of.map(({ id }) => id).toSorted();
  const claim = (queue: RabbitMqQueueBackend): Promise<Claim> =>
    queue.claim({ worker: 'worker', lease: 60_000, take: [{ queue: QUEUE, limit: 100 }] });
  const complete = (queue: RabbitMqQueueBackend, { jobs: done }: Claim): Promise<Claim> => {
    const settle = done.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' as const } }));
    return queue.claim({ worker: 'worker', lease: 60_000, take: [], settle });
  };
  /** Works like a pool of a hundred slots, and notes every run. */
  const consume = (queue: RabbitMqQueueBackend) => {
    const done: string[] = [];
    let steps = Promise.resolve();
    const step = async () => {
      const taken = await claim(queue);
      if (taken.jobs.length === 0) return;
      const { verdicts } = await complete(queue, taken);
      taken.jobs.forEach(({ id }, place) => verdicts[place] === 'applied' && done.push(id));
    };
    const subscription = queue.subscribe(QUEUE, { demand: 100 }, () => {
      steps = steps.then(step).catch(() => undefined);
    });
    return { done, close: () => subscription.close() };
  };
  const caught = (call: Promise<unknown>) => call.catch((reason: unknown) => reason);
  const evaluate = (text: string) => server.control('eval', text);

  beforeAll(async () => {
    server = await startRabbitMq();
  }, START_BOUND);
  afterAll(() => server.stop(), START_BOUND);
  beforeEach(() => {
    prefix = `run${++runs}`;
    warnings = [];
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((queue) => queue.close()));
  });

  describe('that is short of memory', () => {
    const alarm = () => server.control('set_vm_memory_high_watermark', '0.000001');
    const calm = () => server.control('set_vm_memory_high_watermark', '0.9');
    afterEach(calm);

    it('refuses what is enqueued: the first of unknown outcome, and then at once as not sent', async () => {
      const queue = await open();
      await alarm();
      expect(await caught(queue.enqueue([job()]))).toMatchObject({ outcome: 'unknown' });
      const since = performance.now();
      const error = await caught(queue.enqueue([job()]));
      expect(performance.now() - since).toBeLessThan(CONFIRM_WITHIN / 2);
      expect(error).toBeInstanceOf(BackendUnavailableError);
      expect(error).toMatchObject({
        outcome: 'not-sent',
        message: expect.stringContaining('short of memory or disk'),
      });
    });

    it('still hands out what waits, and hears that it is done', async () => {
      const queue = await open();
      const waiting = jobs(20);
      await queue.enqueue(waiting);
      await alarm();
      await caught(queue.enqueue([job()]));
      const { done, close } = consume(queue);
      await vi.waitFor(() => expect(done).toEqual(expect.arrayContaining(idsOf(waiting))), PATIENCE);
      close();
    });

    it('takes jobs again when it is over', async () => {
      const queue = await open();
      await alarm();
      await caught(queue.enqueue([job()]));
      expect(await caught(queue.enqueue([job()]))).toMatchObject({ outcome: 'not-sent' });
      await calm();
      await vi.waitFor(async () => {
        expect(await queue.enqueue([job()])).toMatchObject([{ status: 'created' }]);
      }, PATIENCE);
    });

    it('does not hold up the end', async () => {
      const queue = await open({ commandTimeout: '10s' });
      await alarm();
      const call = caught(queue.enqueue([job()]));
      await vi.waitFor(() => expect(() => queue.broker.assertUp()).toThrow('short of memory'), PATIENCE);
      const since = performance.now();
      await queue.close();
      expect(await call).toMatchObject({ outcome: 'unknown' });
      expect(performance.now() - since).toBeLessThan(3_000);
    });

    it('is seen by who looks for what is wrong', async () => {
      await open();
      const { queue, diagnose } = createRabbitMqBackend({
        name: 'rabbitmq',
        type: 'rabbitmq',
        url: server.url,
        options: { prefix, commandTimeout: CONFIRM_WITHIN },
        clock: systemClock,
        logger: { warn: () => undefined },
      });
      await queue.open();
      expect((await diagnose?.())?.map(({ code }) => code)).toEqual(['no-ledger']);
      await alarm();
      expect((await diagnose?.())?.map(({ code }) => code)).toEqual(['no-ledger', 'blocked']);
      await queue.close();
    });
  });

  it('that ends every connection, again and again while jobs flow, loses none and runs none twice', async () => {
    const queue = await open({ commandTimeout: '5s' });
    const { done, close } = consume(queue);
    const accepted: string[] = [];
    for (let round = 0; round < 4; round++) {
      const cut = server.closeConnections();
      for (let batch = 0; batch < 25; batch++) {
        const some = jobs(20);
        const verdicts = await queue.enqueue(some).catch(() => []);
        verdicts.forEach(({ status }, place) => status === 'created' && accepted.push(some[place]!.id));
        await sleep(10);
      }
      await cut;
    }
    await vi.waitFor(() => expect(done).toEqual(expect.arrayContaining(accepted)), PATIENCE);
    expect(accepted.length).toBeGreaterThan(200);
    expect(done).toHaveLength(new Set(done).size);
    close();
  });

  it('that confirms nothing of jobs that have run already has them known as done, should their messages come again', async () => {
    const queue = await open();
    const { done, close } = consume(queue);
    const some = jobs(3);
    const publish = queue.broker.publish.bind(queue.broker);
    vi.spyOn(queue.broker, 'publish').mockImplementationOnce(async (sendings) => {
      await publish(sendings);
      await vi.waitFor(() => expect(done).toHaveLength(3), PATIENCE);
      return sendings.map(() => 'unknown');
    });
    expect(await caught(queue.enqueue(some))).toMatchObject({ outcome: 'unknown' });
    const records = await queue.get(some.map(({ id }) => ({ queue: QUEUE, id })));
    expect(records.map((record) => record?.state)).toEqual(['completed', 'completed', 'completed']);
    close();
  });

  describe('that waits for an acknowledgement no longer than a moment', () => {
    beforeAll(() =>
      evaluate(
        'application:set_env(rabbit, consumer_timeout, 500), application:set_env(rabbit, channel_tick_interval, 200).',
      ),
    );
    afterAll(() =>
      evaluate(
        'application:set_env(rabbit, consumer_timeout, 1800000), application:set_env(rabbit, channel_tick_interval, 60000).',
      ),
    );
    const told = () => vi.waitFor(() => expect(warnings.join('\n')).toContain('closed a channel'), PATIENCE);

    it('closes the channel of a slow job: its message comes again, and does not run a second time beside it', async () => {
      const queue = await open();
      await queue.enqueue([job()]);
      const subscription = queue.subscribe(QUEUE, { demand: 10 }, () => undefined);
      let taken: Claim | undefined;
      await vi.waitFor(async () => {
        taken = await claim(queue);
        expect(taken.jobs).toHaveLength(1);
      }, PATIENCE);
      await told();
      for (let look = 0; look < 5; look++) {
        expect((await claim(queue)).jobs).toEqual([]);
        await sleep(100);
      }
      expect((await complete(queue, taken!)).verdicts).toEqual(['applied']);
      subscription.close();
    });

    it('is consumed from again', async () => {
      const queue = await open();
      await queue.enqueue([job()]);
      const subscription = queue.subscribe(QUEUE, { demand: 10 }, () => undefined);
      await vi.waitFor(async () => expect((await claim(queue)).jobs).toHaveLength(1), PATIENCE);
      await told();
      subscription.close();
      const { done, close } = consume(queue);
      const later = jobs(5);
      await queue.enqueue(later);
      await vi.waitFor(() => expect(done).toEqual(expect.arrayContaining(idsOf(later))), PATIENCE);
      close();
    });
  });

  describe('that does not let somebody in', () => {
    beforeAll(async () => {
      await server.control('add_user', 'limited', 'pa55word');
      await server.control('add_vhost', 'walled');
      await server.control('set_permissions', '-p', '/', 'limited', '^other', '^other', '^other');
    });
    const at = (change: (url: URL) => void): string => {
      const url = new URL(server.url);
      change(url);
      return url.href;
    };
    const limited = (url: URL) => Object.assign(url, { username: 'limited', password: 'pa55word' });

    it.each([
      {
        title: 'a wrong password',
        change: (url: URL) => Object.assign(limited(url), { password: 'wrong' }),
        says: 'refuses the user or the password',
      },
      {
        title: 'a virtual host that is not there',
        change: (url: URL) => Object.assign(url, { pathname: '/nowhere' }),
        says: 'no such virtual host, or its user may not use it',
      },
      {
        title: 'a virtual host of others',
        change: (url: URL) => Object.assign(limited(url), { pathname: '/walled' }),
        says: 'no such virtual host, or its user may not use it',
      },
      { title: 'names of others', change: limited, says: 'its user is not allowed what was asked for' },
    ])('tells it of $title, and that waiting would not help', async ({ change, says }) => {
      const queue = make({}, at(change));
      const error = await caught(queue.open());
      expect(error).toBeInstanceOf(BackendFaultError);
      expect(error).toMatchObject({
        message: expect.stringContaining(says),
        remedy: expect.stringMatching(/./),
      });
      expect(queue.handles).toBe(0);
    });
  });
});
