import { Writable } from 'node:stream';
import type { Channel } from 'amqplib';
import { beforeEach, describe, expect, it } from 'vitest';
import { gatherWrites } from '../../../../lib/backends/rabbitmq/gather-writes.js';

/** Notes what reaches the system together. */
class Line extends Writable {
  readonly packets: string[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.packets.push(chunk.toString());
    done();
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.packets.push(chunks.map(({ chunk }) => chunk.toString()).join(''));
    done();
  }
}

describe('what is sent in one turn', () => {
  let line: Line;
  const channelOn = (stream: Writable | undefined) => ({ connection: { stream } }) as unknown as Channel;
  let frames: string[];
  /** As the driver sends: a turn later it writes all that is in line by then, each by itself. */
  const send = (frame: string): void => {
    const isFirst = frames.push(frame) === 1;
    if (isFirst)
      process.nextTick(() => setImmediate(() => frames.splice(0).forEach((one) => line.write(one))));
  };
  const turns = () => new Promise((resolve) => void setTimeout(resolve, 5));
  beforeEach(() => {
    line = new Line();
    frames = [];
  });

  it('leaves in one piece, and after that a frame by itself as before', async () => {
    send('a');
    gatherWrites(channelOn(line));
    send('b');
    gatherWrites(channelOn(line));
    expect(line.packets).toEqual([]);
    await turns();
    expect(line.packets).toEqual(['ab']);
    line.write('c');
    expect(line.packets.at(-1)).toBe('c');
  });

  it('is sent as it was on a line that gathers nothing', () => {
    expect(() => gatherWrites(channelOn(undefined))).not.toThrow();
  });
});
