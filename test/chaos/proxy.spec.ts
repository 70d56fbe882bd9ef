import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChaosProxy } from './harness/chaos-proxy.js';

const SLOW_MS = 200;

let server: Server;
let proxy: ChaosProxy;
let sockets: Socket[];
/** What the server was told on all connections together. */
let heard: string;

beforeEach(async () => {
  sockets = [];
  heard = '';
  server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    socket.on('data', (bytes) => {
      heard += bytes.toString();
      socket.write(bytes);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await ChaosProxy.before((server.address() as { port: number }).port);
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await proxy.close();
  server.close();
});

/** A client through the proxy, with all that it was answered. */
async function aClient() {
  const socket = connect(proxy.port, '127.0.0.1').setNoDelay(true);
  sockets.push(socket.on('error', () => undefined));
  await once(socket, 'connect');
  let answered = '';
  socket.on('data', (bytes) => (answered += bytes.toString()));
  return {
    socket,
    say: (text: string) => void socket.write(text),
    get answered() {
      return answered;
    },
  };
}

/** However it ends. */
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

describe('the network of the chaos runs', () => {
  it('carries both directions', async () => {
    const client = await aClient();
    client.say('hello');
    await expect.poll(() => client.answered).toBe('hello');
  });

  it.each(['blackhole', 'blackhole-replies'] as const)(
    'brings nothing any more on a line on which a %s has taken something: what came would be taken for it',
    async (mode) => {
      const client = await aClient();
      proxy.mode = mode;
      client.say('first');
      await expect.poll(() => proxy.vanished).toBe('first'.length);
      proxy.mode = 'pass';
      client.say('second');
      const another = await aClient();
      another.say('third');
      await expect.poll(() => another.answered).toBe('third');
      expect(client.answered).toBe('');
    },
  );

  it('takes nothing of what is said on a line after a request was lost', async () => {
    const client = await aClient();
    proxy.mode = 'blackhole-requests';
    client.say('first');
    await expect.poll(() => proxy.vanished).toBe('first'.length);
    proxy.mode = 'pass';
    client.say('second');
    await expect.poll(() => proxy.vanished).toBe('firstsecond'.length);
    expect(heard).toBe('');
  });

  it('leaves a line alone on which nothing was said meanwhile', async () => {
    const client = await aClient();
    proxy.mode = 'blackhole';
    proxy.mode = 'pass';
    client.say('after');
    await expect.poll(() => client.answered).toBe('after');
  });

  it('keeps the order of what is under way when it becomes fast again', async () => {
    const client = await aClient();
    proxy.latency = SLOW_MS;
    client.say('slow ');
    // It is under way, and far from there: what the proxy has in hand is seen by nobody.
    await sleep(SLOW_MS / 4);
    proxy.latency = 0;
    client.say('fast');
    await expect.poll(() => client.answered, { timeout: 2_000 }).toBe('slow fast');
    expect(heard).toBe('slow fast');
  });

  it('swallows the reply to what was asked, which is carried out, and resets the connection', async () => {
    const client = await aClient();
    proxy.swallowNextReply(/put/);
    client.say('put');
    await closed(client.socket);
    expect([heard, client.answered, proxy.swallowed]).toEqual(['put', '', 1]);
  });

  it('says that the server has ended, while clients are still heard', async () => {
    const client = await aClient();
    client.say('a');
    await expect.poll(() => client.answered).toBe('a');
    expect(proxy.halfClose()).toBe(1);
    await once(client.socket, 'end');
  });

  it('resets every connection at once', async () => {
    const clients = [await aClient(), await aClient()];
    await expect.poll(() => proxy.connections).toBe(2);
    const all = clients.map(({ socket }) => closed(socket));
    proxy.reset();
    await Promise.all(all);
    expect(proxy.connections).toBe(0);
  });
});
