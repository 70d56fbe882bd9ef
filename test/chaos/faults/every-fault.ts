import type { Fault } from '../harness/fault.js';
import { cutConnections } from './cut-connections.js';
import { deadlock } from './deadlock.js';
import { flushScripts } from './flush-scripts.js';
import { freezeServer } from './freeze-server.js';
import { freezeWorker } from './freeze-worker.js';
import { killProducer } from './kill-producer.js';
import { killWorker } from './kill-worker.js';
import { lockTable } from './lock-table.js';
import { loseConfirms } from './lose-confirms.js';
import { loseListeners } from './lose-listeners.js';
import { deleteQueue, purgeQueue } from './lose-queue.js';
import { loseRecords } from './lose-records.js';
import { lostReply } from './lost-reply.js';
import { moveClock } from './move-clock.js';
import { deafClients, deafServer, halfClose, halfOpen, latency, partition, partitionOne } from './network.js';
import { onLedger } from './on-ledger.js';
import { blockingJob, dyingJob, poisonJob } from './poison-job.js';
import { restartPooler, serialisation } from './pooler.js';
import { refusePublish } from './refuse-publish.js';
import { refuseWrites } from './refuse-writes.js';
import { crashServer, restartServer } from './restart-server.js';
import { starveServer } from './starve-server.js';
import { stopWorker } from './stop-worker.js';

/** All that can happen, in no order. Each says where it cannot. */
export const EVERY_FAULT: readonly Fault[] = [
  killWorker,
  killProducer,
  stopWorker,
  freezeWorker,
  dyingJob,
  poisonJob,
  blockingJob,
  cutConnections,
  halfClose,
  latency,
  partition,
  partitionOne,
  deafClients,
  deafServer,
  halfOpen,
  lostReply('enqueue'),
  lostReply('claim'),
  lostReply('extend'),
  crashServer,
  restartServer,
  freezeServer,
  starveServer,
  flushScripts,
  loseRecords,
  refuseWrites,
  loseListeners,
  lockTable,
  deadlock,
  moveClock,
  restartPooler,
  serialisation,
  deleteQueue,
  purgeQueue,
  loseConfirms,
  refusePublish,
  onLedger(cutConnections),
  onLedger(partition),
  onLedger(crashServer),
  onLedger(freezeServer),
  onLedger(starveServer),
  onLedger(flushScripts),
];
