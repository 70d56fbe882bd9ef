import type { ConfirmChannel, Options } from 'amqplib';
import type { Ms } from '../../contract/index.js';
import { gatherWrites } from './gather-writes.js';
import { MessageLimit } from './message-limit.js';

/** Messages under way without a confirm: from 500 on one connection gained nothing more. */
const WINDOW = 1_000;

type Properties = { readonly [P in keyof Options.Publish]: Options.Publish[P] | undefined };

export interface Publication {
  readonly exchange: string;
  readonly key: string;
  readonly content: Buffer;
  readonly options: Properties & { readonly messageId: string };
}

/**
 * What became of a message. `confirmed`: the broker has it on disk, in a queue. `refused`: the queue is full. `unroutable`: no queue is bound
 * there. `too-large`: the broker takes none of its size. `not-sent`: it has not left. `unknown`: the connection was lost, or no confirm came in time.
 */
export type PublishOutcome = 'confirmed' | 'refused' | 'unroutable' | 'too-large' | 'not-sent' | 'unknown';

class Batch {
  readonly outcomes: PublishOutcome[] = [];
  private left: number;
  private done: () => void = () => undefined;
  readonly ended = new Promise<void>((resolve) => (this.done = resolve));

  constructor(readonly publications: readonly Publication[]) {
    this.left = publications.length;
    if (this.left === 0) this.done();
  }

  end(place: number, outcome: PublishOutcome): void {
    if (this.outcomes[place] !== undefined) return;
    this.outcomes[place] = outcome;
    if (--this.left === 0) this.done();
  }

  endAll(outcome: (place: number) => PublishOutcome): void {
    for (let place = 0; place < this.publications.length; place++) this.end(place, outcome(place));
  }
}

interface Waiting {
  readonly batch: Batch;
  readonly place: number;
}

/**
 * Publishes with confirms, many at once: one by one 544 messages a second were confirmed, in windows of 500 more than 11,000.
 */
export class Publisher {
  private channel: ConfirmChannel | undefined;
  private readonly waiting: Waiting[] = [];
  private head = 0;
  private underWay = 0;
  private isFull = false;
  private readonly returned = new Set<string>();
  private readonly batches = new Set<Batch>();

  constructor(
    private readonly timeout: Ms,
    private readonly limit = new MessageLimit(),
  ) {}

  get isOpen(): boolean {
    return this.channel !== undefined;
  }

  /** Messages that are not confirmed. */
  get load(): number {
    return this.underWay + this.waiting.length - this.head;
  }

  opened(channel: ConfirmChannel): void {
    this.channel = channel;
    this.underWay = 0;
    this.isFull = false;
    this.returned.clear();
    // Comes before the outcomes of what was under way.
    channel.on('error', (why: Error) => this.limit.learn(why));
    channel.on('drain', () => {
      this.isFull = false;
      this.send();
    });
    // A message that no queue took comes back before its confirm.
    channel.on('return', ({ properties }) => this.returned.add(String(properties.messageId)));
  }

  lost(): void {
    this.channel = undefined;
    for (const { batch, place } of this.waiting.splice(0).slice(this.head)) batch.end(place, 'not-sent');
    this.head = 0;
  }

  /** Each has its outcome; it never rejects. */
  async publish(publications: readonly Publication[]): Promise<readonly PublishOutcome[]> {
    const batch = new Batch(publications);
    if (this.channel === undefined) {
      batch.endAll(() => 'not-sent');
      return batch.outcomes;
    }
    for (let place = 0; place < publications.length; place++) this.waiting.push({ batch, place });
    this.batches.add(batch);
    const timer = setTimeout(() => this.giveUp(batch), this.timeout);
    this.send();
    await batch.ended;
    clearTimeout(timer);
    this.batches.delete(batch);
    return batch.outcomes;
  }

  /** Waits for no confirm any longer. */
  abandon(): void {
    for (const batch of this.batches) this.giveUp(batch);
  }

  private send(): void {
    const { channel } = this;
    while (
      channel !== undefined &&
      !this.isFull &&
      this.underWay < WINDOW &&
      this.head < this.waiting.length
    ) {
      const { batch, place } = this.waiting[this.head++] as Waiting;
      if (batch.outcomes[place] === undefined) this.sendOne(channel, batch, place);
    }
    if (channel !== undefined) gatherWrites(channel);
    if (this.head === this.waiting.length || this.head > 4 * WINDOW) {
      this.waiting.splice(0, this.head);
      this.head = 0;
    }
  }

  private sendOne(channel: ConfirmChannel, batch: Batch, place: number): void {
    const publication = batch.publications[place] as Publication;
    const { exchange, key, content, options } = publication;
    if (this.limit.isOver(publication)) return batch.end(place, 'too-large');
    const onConfirm = (error: unknown) => {
      if (this.channel === channel) this.underWay--;
      batch.end(place, this.outcomeOf(error, publication));
      this.send();
    };
    this.underWay++;
    try {
      this.isFull = !channel.publish(exchange, key, content, options as Options.Publish, onConfirm);
    } catch {
      this.underWay--;
      batch.end(place, 'not-sent');
    }
  }

  private outcomeOf(error: unknown, publication: Publication): PublishOutcome {
    if (error === null) {
      const { messageId } = publication.options;
      return this.returned.size > 0 && this.returned.delete(messageId) ? 'unroutable' : 'confirmed';
    }
    if (error instanceof Error && error.message === 'message nacked') return 'refused';
    return this.limit.isOver(publication) ? 'too-large' : 'unknown';
  }

  private giveUp(batch: Batch): void {
    const unsent = new Set(
      this.waiting.slice(this.head).flatMap((one) => (one.batch === batch ? one.place : [])),
    );
    batch.endAll((place) => (unsent.has(place) ? 'not-sent' : 'unknown'));
  }
}
