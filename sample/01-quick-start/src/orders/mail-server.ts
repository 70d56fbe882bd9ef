import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { ORDER_SETTINGS, type OrderSettings } from './order-settings.js';

export interface Mail {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

/** What a mail server answers when it does not take a message: 4xx is for now, 5xx is for good (RFC 5321, §4.2.1). */
export class MailServerError extends Error {
  constructor(
    readonly code: number,
    text: string,
  ) {
    super(`${code} ${text}`);
    this.name = 'MailServerError';
  }

  get isPermanent(): boolean {
    return this.code >= 500;
  }
}

const SEED = 'quick-start';
/** Of 256: 8 % of the messages are refused once, and a quarter of those a second time. */
const REFUSED_ONCE = 20;
const REFUSED_TWICE = 5;

/**
 * Stands in for a real mail server with greylisting, which turns away the first tries of some messages. Which ones
 * depends on their id alone, so each run of the sample meets the same refusals.
 */
@Injectable()
export class MailServer {
  private readonly tries = new Map<string, number>();
  private sent = 0;

  constructor(@Inject(ORDER_SETTINGS) private readonly settings: OrderSettings) {}

  /** How many messages it has taken. */
  get delivered(): number {
    return this.sent;
  }

  /** How often it will turn a message away before it takes it. */
  refusalsFor(messageId: string): number {
    const [dice = 0] = createHash('sha256').update(`${SEED} ${messageId}`).digest();
    return dice < REFUSED_TWICE ? 2 : dice < REFUSED_ONCE ? 1 : 0;
  }

  async send(mail: Mail, { signal }: { signal: AbortSignal }): Promise<void> {
    await sleep(this.settings.mailLatency, undefined, { signal });
    const tries = (this.tries.get(mail.messageId) ?? 0) + 1;
    this.tries.set(mail.messageId, tries);
    if (tries <= this.refusalsFor(mail.messageId)) {
      throw new MailServerError(451, '4.7.1 Greylisted, try again later');
    }
    this.sent += 1;
  }
}
