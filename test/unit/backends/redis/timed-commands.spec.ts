import { Command, type Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TimedCommands } from '../../../../lib/backends/redis/timed-commands.js';
import { WireArguments } from '../../../../lib/backends/redis/wire-arguments.js';

const client = { options: {} } as unknown as Redis;

describe('commands that share a timer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** As the driver sends it: with its time-out. */
  function send(commands: TimedCommands, ms = 1_000) {
    const command = commands.make(client, 'evalsha', ['sha', 1, 'key'], null);
    const told: unknown[] = [];
    command.promise.then(
      (reply) => told.push(reply),
      (error: unknown) => told.push((error as Error).message),
    );
    command.setTimeout(ms);
    return { command, told };
  }

  it('end, each in its time, as the driver would end them', async () => {
    const commands = new TimedCommands(Command);
    const first = send(commands);
    await vi.advanceTimersByTimeAsync(400);
    const second = send(commands);
    await vi.advanceTimersByTimeAsync(599);
    expect(first.told).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect([first.told, second.told]).toEqual([['Command timed out'], []]);
    await vi.advanceTimersByTimeAsync(400);
    expect(second.told).toEqual(['Command timed out']);
  });

  it('have one timer together, and none once all of them are answered', async () => {
    const commands = new TimedCommands(Command);
    const sent = Array.from({ length: 100 }, () => send(commands));
    expect(vi.getTimerCount()).toBe(1);
    for (const { command } of sent) command.resolve(Buffer.from('1'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent.map(({ told }) => String(told))).toEqual(Array.from({ length: 100 }, () => '1'));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are not given more time when the driver sends them to another node', async () => {
    const commands = new TimedCommands(Command);
    const { command, told } = send(commands);
    await vi.advanceTimersByTimeAsync(600);
    command.setTimeout(1_000);
    await vi.advanceTimersByTimeAsync(400);
    expect(told).toEqual(['Command timed out']);
  });

  it('find the late one among many that came after it', async () => {
    const commands = new TimedCommands(Command);
    const late = send(commands);
    for (let n = 0; n < 1_000; n++) send(commands).command.resolve(null);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(late.told).toEqual(['Command timed out']);
  });

  it('put the prefix that the client has before keys', () => {
    const prefixed = { options: { keyPrefix: 'app:' } } as unknown as Redis;
    const command = new TimedCommands(Command).make(prefixed, 'evalsha', ['sha', 1, 'key', 'word'], null);
    expect(command.args).toEqual(['sha', '1', 'app:key', 'word']);
  });

  it('are sent with the arguments that somebody else has written', () => {
    const wire = new WireArguments(2, Buffer.from('$3\r\none\r\n$0\r\n\r\n'));
    const command = new TimedCommands(Command).make(client, 'evalsha', ['sha', 1, 'klíč'], null, wire);
    const sent = command.toWritable({});
    expect(String(sent)).toBe(
      '*6\r\n$7\r\nevalsha\r\n$3\r\nsha\r\n$1\r\n1\r\n$6\r\nklíč\r\n$3\r\none\r\n$0\r\n\r\n',
    );
  });
});
