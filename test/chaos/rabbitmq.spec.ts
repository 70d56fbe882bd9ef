import { describe, it } from 'vitest';
import { cutConnections } from './faults/cut-connections.js';
import { freezeWorker } from './faults/freeze-worker.js';
import { killProducer } from './faults/kill-producer.js';
import { killWorker } from './faults/kill-worker.js';
import { loseConfirms } from './faults/lose-confirms.js';
import { deleteQueue, purgeQueue } from './faults/lose-queue.js';
import { halfOpen } from './faults/network.js';
import { onLedger } from './faults/on-ledger.js';
import { refusePublish } from './faults/refuse-publish.js';
import { crashServer, restartServer } from './faults/restart-server.js';
import { starveServer } from './faults/starve-server.js';
import { rateOf } from './harness/broker.js';
import { expectNothingLost, RUN_BOUND_MS } from './harness/expect-nothing-lost.js';
import { rabbitMqKind } from './harness/rabbitmq-broker.js';
import { IS_LONG, type Together } from './harness/share-runs.js';

/** Two runs share two cores, and this one has two servers. */
const RATE = rateOf({ rate: IS_LONG ? rabbitMqKind.rate : 320 });

/** Part of each run of the tests; with the others below, and all that other kinds of brokers are tried with, in `npm run test:long`. */
const ALWAYS = [killWorker, cutConnections, halfOpen, deleteQueue, purgeQueue, refusePublish, restartServer];

describe('on rabbitmq with its ledger on redis, nothing is lost', () => {
  it.each(
    IS_LONG
      ? ([
          ['when processes die or stand still', [killWorker, killProducer, freezeWorker]],
          [
            'when connections end, or are half-open for longer than two heartbeats',
            [cutConnections, halfOpen],
          ],
          ['when confirms never arrive', [loseConfirms]],
          ['when the queue is deleted or purged under its consumers', [deleteQueue, purgeQueue]],
          ['when it takes no more, or the server is short of memory', [refusePublish, starveServer]],
          ['when the server restarts, and the ledger is killed', [restartServer, onLedger(crashServer)]],
        ] satisfies Together[])
      : ([
          ['when a worker dies, connections end, the queue is lost or full, and the server restarts', ALWAYS],
        ] satisfies Together[]),
  )(
    '%s',
    async (_title, faults) => {
      const mix = { twin: 10, flaky: 2, slow: 5, later: 5 };
      await expectNothingLost({ kind: rabbitMqKind, rate: RATE, isDurable: IS_LONG, mix }, faults);
    },
    2 * RUN_BOUND_MS,
  );
});
