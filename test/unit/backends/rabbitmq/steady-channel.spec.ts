import { EventEmitter } from 'node:events';
import type { Channel, ChannelModel } from 'amqplib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SteadyChannel } from '../../../../lib/backends/rabbitmq/steady-channel.js';

class FakeChannel extends EventEmitter {
  isClosed = false;

  /** As the broker closes one: it says why, then the channel is gone. */
  breakDown(why: string): void {
    this.emit('error', new Error(why));
    this.emit('close');
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.emit('close');
  }
}

const model = {} as ChannelModel;

describe('SteadyChannel', () => {
  let made: FakeChannel[];
  let lost: (string | undefined)[];
  let opened: unknown[];
  let warnings: string[];
  let make: () => Promise<FakeChannel>;
  let steady: SteadyChannel<Channel>;
  const build = async (): Promise<FakeChannel> => {
    const channel = new FakeChannel();
    made.push(channel);
    return channel;
  };
  beforeEach(() => {
    vi.useFakeTimers();
    [made, lost, opened, warnings] = [[], [], [], []];
    make = build;
    steady = new SteadyChannel(() => make() as unknown as Promise<Channel>, {
      opened: (channel) => void opened.push(channel),
      lost: (why) => void lost.push(why?.message),
      warn: (message) => void warnings.push(message),
    });
  });
  afterEach(() => vi.useRealTimers());
  const last = (): FakeChannel => made.at(-1)!;

  it('opens with the connection, and tells', async () => {
    await steady.start(model);
    expect(opened).toEqual([steady.current]);
  });

  it('tells why the broker closed it, and has none until it is opened again', async () => {
    await steady.start(model);
    last().breakDown('404 NOT_FOUND');
    expect({ lost, current: steady.current }).toEqual({ lost: ['404 NOT_FOUND'], current: undefined });
  });

  it('is there again a tenth of a second later', async () => {
    await steady.start(model);
    last().breakDown('404 NOT_FOUND');
    await vi.advanceTimersByTimeAsync(99);
    expect(made).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(opened).toEqual(made);
    expect(steady.current).toBe(last());
  });

  it('tries more and more seldom while it cannot be opened, every five seconds in the end', async () => {
    await steady.start(model);
    const tries: number[] = [];
    const start = Date.now();
    make = async () => {
      tries.push(Date.now() - start);
      throw new Error('no more channels');
    };
    last().breakDown('406');
    await vi.advanceTimersByTimeAsync(22_000);
    expect(tries).toEqual([100, 300, 700, 1_500, 3_100, 6_300, 11_300, 16_300, 21_300]);
  });

  it('begins with short pauses again once it was open', async () => {
    await steady.start(model);
    make = async () => {
      throw new Error('no more channels');
    };
    last().breakDown('406');
    await vi.advanceTimersByTimeAsync(1_000);
    make = build;
    await vi.advanceTimersByTimeAsync(500);
    expect(made).toHaveLength(2);
    last().breakDown('406');
    await vi.advanceTimersByTimeAsync(100);
    expect(made).toHaveLength(3);
  });

  it('is lost without a reason when the connection is', async () => {
    await steady.start(model);
    steady.stop();
    expect(lost).toEqual([undefined]);
  });

  it('is lost once, though its channel closes after its connection', async () => {
    await steady.start(model);
    steady.stop();
    last().emit('close');
    expect(lost).toHaveLength(1);
  });

  it('is not opened again on a connection that is gone', async () => {
    await steady.start(model);
    last().breakDown('404');
    steady.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(made).toHaveLength(1);
  });

  it('takes no channel that arrives after its connection is gone', async () => {
    let arrive: (channel: FakeChannel) => void = () => undefined;
    make = () => new Promise((resolve) => (arrive = resolve));
    const started = steady.start(model);
    steady.stop();
    const late = new FakeChannel();
    arrive(late);
    await started;
    expect({ current: steady.current, opened, isClosed: late.isClosed }).toEqual({
      current: undefined,
      opened: [],
      isClosed: true,
    });
  });

  it('lets go of the channel of the connection before when it starts anew', async () => {
    await steady.start(model);
    const before = last();
    await steady.start({} as ChannelModel);
    before.breakDown('late news');
    expect(steady.current).toBe(last());
    expect(lost).toEqual([undefined]);
  });

  it('tells of what listens to it and fails', async () => {
    await steady.start(model);
    last().emit('handler-error', new Error('a bug'));
    expect(warnings).toEqual([expect.stringContaining('a bug')]);
  });

  it('keeps no process alive while it waits', async () => {
    vi.useRealTimers();
    await steady.start(model);
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    last().breakDown('404');
    expect(timers()).toBe(before);
    steady.stop();
  });
});
