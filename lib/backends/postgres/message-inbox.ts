import type { Payload } from '../../contract/index.js';
import { isolate } from '../isolate.js';
import { fromNotice } from './message-text.js';

/** What arrives for one watch, in its order although some of it has to be fetched. */
export class MessageInbox {
  private readonly waiting: string[] = [];
  private isFetching = false;
  private isClosed = false;

  constructor(
    private readonly fetch: (row: string) => Promise<Payload | undefined>,
    private readonly listener: (message: Payload) => void,
  ) {}

  take(notice: string): void {
    this.waiting.push(notice);
    if (!this.isFetching) void this.deliver();
  }

  close(): void {
    this.isClosed = true;
    this.waiting.length = 0;
  }

  private async deliver(): Promise<void> {
    for (let text = this.waiting.shift(); text !== undefined; text = this.waiting.shift()) {
      const notice = fromNotice(text);
      if (notice === undefined) continue;
      let { message } = notice;
      if (notice.row !== undefined) {
        this.isFetching = true;
        // Messages may be lost with a connection; who watches reads the state anew then.
        message = await this.fetch(notice.row).catch(() => undefined);
        this.isFetching = false;
      }
      const heard = message;
      if (heard !== undefined && !this.isClosed) isolate(() => this.listener(heard));
    }
  }
}
