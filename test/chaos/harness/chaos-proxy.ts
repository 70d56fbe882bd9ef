import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const SWALLOWING_MS = 30;

/** `pass`, or what does not get through. */
export type ProxyMode = 'pass' | 'blackhole' | 'blackhole-replies' | 'blackhole-requests';

export interface ChaosLines {
  readonly proxy: ChaosProxy;
  readonly apart: ChaosProxy;
}

/**
 * Stands between processes and their broker and does to the line what networks do.
 *
 * @example
 * const proxy = await ChaosProxy.before(server.port);
 * proxy.swallowNextReply(/ok/);   // what was asked is carried out; nobody hears of it, and the connection is reset
 * proxy.mode = 'blackhole';       // nothing gets through, and no connection ends: where something was lost, nothing ever comes again
 */
export class ChaosProxy {
  mode: ProxyMode = 'pass';
  /** Before anything is passed on, in ms. */
  latency = 0;
  /** Replies that were swallowed. */
  swallowed = 0;
  /** Connections that have ended. */
  ended = 0;
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

  /** A line for all, and one that leads to it for whoever can be parted from the server alone. */
  static async linesBefore(target: number): Promise<ChaosLines> {
    const proxy = await ChaosProxy.before(target);
    return { proxy, apart: await ChaosProxy.before(proxy.port) };
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
    const requests = new Flow(this, upstream, 'blackhole-requests');
    const replies = new Flow(this, client, 'blackhole-replies');
    let isDoomed = false;
    this.pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true).on('error', () => undefined);
      socket.on('close', () => {
        if (this.pairs.delete(pair)) this.ended++;
        for (const other of pair) other.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => {
      if (!isDoomed && this.pattern?.test(bytes.toString('latin1'))) {
        this.pattern = undefined;
        isDoomed = true;
      }
      requests.take(bytes);
    });
    upstream.on('end', () => client.end());
    upstream.on('data', (bytes: Buffer) => {
      if (!isDoomed) return replies.take(bytes);
      // The first may answer something that was asked before: what was asked is to be carried out all the same.
      if (this.dooming.has(client)) return;
      this.dooming.add(client);
      this.swallowed++;
      setTimeout(() => client.resetAndDestroy(), SWALLOWING_MS);
    });
  }
}

/**
 * One direction of one connection, as TCP has it: what arrives is in order and without a gap. A line that went on behind lost bytes
 * would give each reply to the request before, and two idempotency keys each other's jobs.
 */
class Flow {
  private isBroken = false;
  private last: Promise<void> | undefined;

  constructor(
    private readonly proxy: Pick<ChaosProxy, 'mode' | 'latency' | 'vanished'>,
    private readonly to: Socket,
    private readonly taking: ProxyMode,
  ) {}

  take(bytes: Buffer): void {
    const { mode, latency } = this.proxy;
    this.isBroken ||= mode === 'blackhole' || mode === this.taking;
    if (this.isBroken) this.proxy.vanished += bytes.length;
    else if (latency === 0 && this.last === undefined) this.pass(bytes);
    else this.passLater(bytes, latency);
  }

  private passLater(bytes: Buffer, latency: number): void {
    const passed = this.passAfter(this.last, bytes, latency);
    this.last = passed;
    void passed.finally(() => {
      if (this.last === passed) this.last = undefined;
    });
  }

  private async passAfter(before: Promise<void> | undefined, bytes: Buffer, latency: number): Promise<void> {
    await Promise.all([before, sleep(latency)]);
    this.pass(bytes);
  }

  private pass(bytes: Buffer): void {
    if (this.to.writable) this.to.write(bytes);
  }
}
