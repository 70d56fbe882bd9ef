import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A line to a broker that can be cut: nobody listens at its address then. */
export class Relay {
  private readonly sockets = new Set<Socket>();
  private port = 0;

  private constructor(
    private readonly target: URL,
    private readonly standardPort: number,
    private readonly server: Server,
  ) {}

  static async before(url: string, standardPort: number): Promise<Relay> {
    const server = createServer({ allowHalfOpen: false });
    const relay = new Relay(new URL(url), standardPort, server);
    server.on('connection', (client) => relay.join(client));
    await relay.mend();
    return relay;
  }

  /** The address of the broker by way of this line. */
  get url(): string {
    const url = new URL(this.target.href);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  async cut(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  async mend(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  private join(client: Socket): void {
    const { hostname, port } = this.target;
    const broker = connect(Number(port) || this.standardPort, hostname || '127.0.0.1');
    for (const [one, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.sockets.add(one);
      one.setNoDelay(true).pipe(other);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  }
}
