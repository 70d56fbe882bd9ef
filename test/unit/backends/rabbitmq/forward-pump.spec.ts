import { beforeEach, describe, expect, it } from 'vitest';
import { ForwardPump } from '../../../../lib/backends/rabbitmq/forward-pump.js';
import type { Forward, ForwardRequest, JobRecord, QueueBackend } from '../../../../lib/contract/index.js';

const QUEUE = 'mails';
const READY = [{ queue: QUEUE, id: 'one', fence: '1' }] as unknown as readonly JobRecord[];

/** A ledger in which something is ready for ever. */
class EndlessLedger {
  readonly asked: ForwardRequest[] = [];

  subscribe = () => ({ setDemand: () => undefined, close: () => undefined });

  async forward(request: ForwardRequest): Promise<Forward> {
    this.asked.push(request);
    return { jobs: request.take === undefined ? [] : READY };
  }
}

describe('a pump that is closed while there is a backlog', () => {
  let ledger: EndlessLedger;
  let published: number;
  let pump: ForwardPump;
  let closed: Promise<void> | undefined;
  let warnings: string[];

  beforeEach(() => {
    ledger = new EndlessLedger();
    published = 0;
    warnings = [];
    pump = new ForwardPump(ledger as unknown as QueueBackend, {
      publish: async (jobs) => {
        published++;
        // Where nothing ends it, the test fails instead of running for ever.
        if (published > 1_000) throw new Error('it publishes on');
        if (published === 3) closed = pump.close();
        return jobs;
      },
      onNews: () => undefined,
      warn: (message) => warnings.push(message),
    });
  });

  it('publishes what it has in hand, reports it, and no more', async () => {
    pump.serve(QUEUE);
    await new Promise(setImmediate);
    await closed;
    expect(published).toBe(3);
    expect(warnings).toEqual([]);
    expect(ledger.asked.at(-1)?.confirm).toEqual([{ queue: QUEUE, id: 'one', fence: '1' }]);
  });
});
