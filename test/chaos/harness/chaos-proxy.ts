import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const SWALLOWING_MS = 30;

/** `pass`, or what does not get through. */
export type ProxyMode = 'pass' | 'blackhole' | 'blackhole-replies' | 'blackhole-requests';

/**
 * Stands between processes and their broker and does to the line what networks do.
 *
 * @example
 * const proxy = await ChaosProxy.before(server.port);
 * proxy.swallowNextReply(/ok/);   // what was asked is carried out; nobody hears of it, and the connection is reset
 * proxy.mode = 'blackhole';       // nothing gets through, and no connection ends
 */
export class ChaosProxy {
  mode: ProxyMode = 'pass';
  /** Before anything is passed on, in ms. */
  latency = 0;
  /** Replies that were swallowed. */
  swallowed = 0;
  /** Bytes that a blackhole has taken. */
  vanished = 0;
  private pattern: RegExp | undefined;
  private readonly dooming = new WeakSet<Socket>();
  private readonly pairs = new Set<readonly [Socket, Socket]>();

  private constructor(
    private readonly server: Server,
    private readonly target: number,
    readonly port: number,
  ) {}

  static async before(target: number): Promise<ChaosProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const proxy = new ChaosProxy(server, target, (server.address() as { port: number }).port);
    server.on('connection', (client) => proxy.join(client));
    return proxy;
  }

  get connections(): number {
    return this.pairs.size;
  }

  /** @param asked Only the reply to what matches, as it goes over the line. */
  swallowNextReply(asked: RegExp): void {
    this.pattern = asked;
  }

  /** Says on every connection that the server will write no more; what clients write still arrives. */
  halfClose(): number {
    for (const [client] of this.pairs) client.end();
    return this.pairs.size;
  }

  /** Resets every connection. */
  reset(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.reset();
    await new Promise<void>((resolve) => void this.server.close(() => resolve()));
  }

  private join(client: Socket): void {
    const upstream = connect({ port: this.target, host: '127.0.0.1', allowHalfOpen: true });
    const pair = [client, upstream] as const;
    let isDoomed = false;
    this.pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true).on('error', () => undefined);
      socket.on('close', () => {
        this.pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => {
      if (!isDoomed && this.pattern?.test(bytes.toString('latin1'))) {
        this.pattern = undefined;
        isDoomed = true;
      }
      void this.pass(bytes, upstream, 'blackhole-requests');
    });
    upstream.on('data', (bytes: Buffer) => {
      if (!isDoomed) return void this.pass(bytes, client, 'blackhole-replies');
      // The first may answer something that was asked before: what was asked is to be carried out all the same.
      if (this.dooming.has(client)) return;
      this.dooming.add(client);
      this.swallowed++;
      setTimeout(() => client.resetAndDestroy(), SWALLOWING_MS);
    });
  }

  private async pass(bytes: Buffer, to: Socket, taking: ProxyMode): Promise<void> {
    if (this.mode === 'blackhole' || this.mode === taking) return void (this.vanished += bytes.length);
    if (this.latency > 0) await sleep(this.latency);
    if (to.writable) to.write(bytes);
  }
}
