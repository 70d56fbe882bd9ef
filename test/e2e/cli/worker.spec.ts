import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { sharedRabbitMq } from '../../servers/shared-rabbitmq.js';
import { type CliRun, ended, nestTasks, startNestTasks } from './nest-tasks.js';
import { BROKERS, environmentOf, openShop, type Place, SHOP_FILE } from './shop.js';

interface WorkerEvent {
  readonly event: 'started' | 'drained';
  readonly pid: number;
  readonly queues?: readonly string[];
  readonly slots?: number;
}

/** A command that runs jobs, and what it says. */
interface Running {
  readonly child: ChildProcess;
  readonly events: WorkerEvent[];
  readonly next: (event: WorkerEvent['event']) => Promise<WorkerEvent>;
  readonly end: Promise<CliRun>;
}

const [redis] = BROKERS as [(typeof BROKERS)[number]];

async function startAt(place: Place, ...args: string[]): Promise<Running> {
  const child = await startNestTasks(['worker', 'start', '--app', SHOP_FILE, '--json', ...args], {
    env: environmentOf(place),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const events: WorkerEvent[] = [];
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  lines.on('line', (line) => {
    events.push(JSON.parse(line) as WorkerEvent);
    lines.emit('told');
  });
  const seen = new Set<WorkerEvent>();
  const next = async (kind: WorkerEvent['event']): Promise<WorkerEvent> => {
    for (;;) {
      const event = events.find((one) => one.event === kind && !seen.has(one));
      if (event !== undefined) return seen.add(event) && event;
      await once(lines, 'told');
    }
  };
  return { child, events, next, end: ended(child) };
}

describe.each(BROKERS)('nest-tasks worker start on $name', { timeout: 60_000 }, (broker) => {
  it('runs the jobs of the queues that it is given, and drains when it is told to end', async () => {
    const place = await broker.place();
    onTestFinished(() => place.dispose());
    const worker = await startAt(place, '--queues', 'mails', '--concurrent', '3', '--interval', '200ms');
    const started = await worker.next('started');
    expect(started).toMatchObject({ queues: ['mails'], slots: 3 });
    const shop = await openShop(place, false);
    const job = await shop.tasks.enqueue('send-email', { to: 'ada@example.com' }, { queue: 'mails' });
    await expect(job.result({ timeout: '20s' })).resolves.toBe('sent to ada@example.com');
    await shop.close();
    worker.child.kill('SIGTERM');
    await expect(worker.end).resolves.toMatchObject({ code: 0 });
    expect(worker.events.at(-1)).toMatchObject({ event: 'drained', pid: started.pid });
  });
});

describe('nest-tasks worker start', { timeout: 60_000 }, () => {
  let place: Place;
  beforeEach(async () => {
    place = await redis.place();
  });
  afterEach(() => place.dispose());
  const start = (...args: string[]) => startAt(place, ...args);

  it('starts a process again that has died, and drains all of them when it is told to end', async () => {
    const workers = await start('--processes', '2');
    const [first, second] = [await workers.next('started'), await workers.next('started')];
    expect(first.pid).not.toBe(second.pid);
    process.kill(first.pid, 'SIGKILL');
    const third = await workers.next('started');
    expect([first.pid, second.pid]).not.toContain(third.pid);
    workers.child.kill('SIGTERM');
    const { code, err } = await workers.end;
    expect(code).toBe(0);
    expect(err).toMatch(/has died \(SIGKILL\); it is started again in 1 s/);
    const drained = workers.events.filter(({ event }) => event === 'drained').map(({ pid }) => pid);
    expect(new Set(drained)).toEqual(new Set([second.pid, third.pid]));
  });

  it('leaves no process behind when the one that looks after them is killed', async () => {
    const workers = await start('--processes', '2');
    await workers.next('started');
    await workers.next('started');
    workers.child.kill('SIGKILL');
    const drained = [await workers.next('drained'), await workers.next('drained')];
    expect(new Set(drained.map(({ pid }) => pid)).size).toBe(2);
  });

  it('runs jobs though nobody reads any more what it says', async () => {
    const worker = await start('--concurrent', '1');
    await worker.next('started');
    worker.child.stdout?.destroy();
    worker.child.stderr?.destroy();
    const shop = await openShop(place, false);
    onTestFinished(() => shop.close());
    // Its failure is logged.
    await shop.enqueue('nobody@example.com');
    const job = await shop.tasks.enqueue('send-email', { to: 'ada@example.com' });
    await expect(job.result({ timeout: '20s' })).resolves.toBe('sent to ada@example.com');
    const ends = once(worker.child, 'exit');
    worker.child.kill('SIGTERM');
    await expect(ends).resolves.toEqual([0, null]);
  });

  it('does not try again what can never start', async () => {
    const { code, err } = await (await start('--processes', '2', '--queues', 'mials')).end;
    expect(code).toBe(2);
    expect(err).toMatch(/--queues: the app has no queue \\"mials\\". Did you mean \\"mails\\"/);
    expect(err).toContain('Its queues are urgent, default, bulk, mails.');
    expect(err).not.toContain('    at ');
  });

  it('needs the app', async () => {
    const { code, err } = await nestTasks(['worker', 'start', '--url', place.url]);
    expect(code).toBe(2);
    expect(err).toContain('A worker needs the app');
  });
});

describe('Without a broker', { timeout: 60_000 }, () => {
  it('a worker runs on memory, and ends by the first signal', async () => {
    const child = await startNestTasks(['worker', 'start', '--app', SHOP_FILE]);
    const end = ended(child);
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    let out = '';
    child.stdout?.on('data', (text) => (out += text));
    while (!out.includes('Ctrl+C')) await once(child.stdout as NodeJS.ReadableStream, 'data');
    child.kill('SIGINT');
    // Its log is that of the app, which Nest would colour wherever it goes.
    const { code, out: all } = await end;
    expect([code, all]).toEqual([0, expect.stringContaining('[NestFactory]')]);
    expect(all).not.toContain('\u001b[');
  });

  it('the commands that look at jobs say why they cannot', async () => {
    const { code, err } = await nestTasks(['queues', '--app', SHOP_FILE]);
    expect(code).toBe(4);
    expect(err).toContain('it is in the memory of the process that runs it');
    expect(err).not.toContain('***');
  });

  it('so they do of RabbitMQ without a ledger that is shared: nobody else has counted', async () => {
    const { url } = await sharedRabbitMq();
    const { code, out, err } = await nestTasks(['queues', '--url', url]);
    expect([code, out]).toEqual([4, '']);
    expect(err).toContain('Backend "rabbitmq" cannot show queue');
  });

  it('the doctor looks at what there is', async () => {
    const { code, out } = await nestTasks(['doctor', '--app', SHOP_FILE]);
    expect(code).toBe(0);
    expect(out).toContain('Nothing is wrong.');
  });
});
