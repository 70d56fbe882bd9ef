/** What can be done to a private server from outside. */
interface StruckServer {
  kill(): Promise<void>;
  restart(): Promise<void>;
  start(): Promise<unknown>;
  freeze(): void;
  thaw(): void;
  pid(): number | undefined;
}

/** A broker whose jobs go through one private server: how that is struck. */
export abstract class ServerBroker<S extends StruckServer> {
  constructor(readonly server: S) {}

  async crash(): Promise<void> {
    await this.startAnew(() => this.server.kill());
  }

  async restart(): Promise<void> {
    await this.startAnew(() => this.server.restart());
  }

  freeze(): void {
    this.server.freeze();
  }

  thaw(): void {
    this.server.thaw();
  }

  /** What one life of the server has for itself: what proves that it was started anew. */
  protected abstract life(): Promise<unknown>;

  private async startAnew(end: () => Promise<void>): Promise<void> {
    const before = await this.life();
    await end();
    if (this.server.pid() === undefined) await this.server.start();
    if ((await this.life()) === before) throw new Error('The server was not started anew.');
  }
}
