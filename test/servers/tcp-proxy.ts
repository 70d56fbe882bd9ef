import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Stands between a client and its server, on any broker, and makes of the line what a test needs.
 *
 * @example
 * const proxy = await TcpProxy.before(server.port);
 * proxy.loseNextReply(); // what is asked next is carried out, and nobody hears of it
 */
export class TcpProxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private isLosing = false;
  private isSilent = false;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** @param port Where it listens. Default: a free one. */
  static async before(target: number, port = 0): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
    const proxy = new TcpProxy(server, (server.address() as { port: number }).port);
    server.on('connection', (client) => proxy.join(client, connect(target, '127.0.0.1')));
    return proxy;
  }

  /** Swallows what the server says next, and cuts the connection that it was for. */
  loseNextReply(): void {
    this.isLosing = true;
  }

  /** Lets nothing through in either direction, and keeps every connection open: a network that has gone. */
  silence(isSilent: boolean): void {
    this.isSilent = isSilent;
  }

  /** Reads no more of what clients say for now, as a server that is too busy: it piles up on their side. */
  stall(isStalled: boolean): void {
    for (const [client] of this.pairs) {
      if (isStalled) client.pause();
      else client.resume();
    }
  }

  /** Resets every connection. */
  cut(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => void this.server.close(() => resolve()));
  }

  private join(client: Socket, upstream: Socket): void {
    const pair = [client, upstream] as const;
    this.pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true).on('error', () => undefined);
      socket.on('close', () => {
        this.pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
    client.on('data', (bytes) => void (this.isSilent || upstream.write(bytes)));
    upstream.on('data', (bytes) => {
      if (this.isSilent) return;
      if (!this.isLosing) return void client.write(bytes);
      this.isLosing = false;
      client.resetAndDestroy();
    });
  }
}
