import type { Fault } from '../harness/fault.js';
import { cutConnections } from './cut-connections.js';
import { flushScripts } from './flush-scripts.js';
import { freezeServer } from './freeze-server.js';
import { freezeWorker } from './freeze-worker.js';
import { killProducer } from './kill-producer.js';
import { killWorker } from './kill-worker.js';
import { lostReply } from './lost-reply.js';
import { deafClients, deafServer, halfClose, latency, partition } from './network.js';
import { blockingJob, dyingJob, poisonJob } from './poison-job.js';
import { crashServer, restartServer } from './restart-server.js';
import { starveServer } from './starve-server.js';
import { stopWorker } from './stop-worker.js';

/** What can happen on every broker, in no order. */
const EVERYWHERE: readonly Fault[] = [
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
  deafClients,
  deafServer,
  lostReply('enqueue'),
  lostReply('claim'),
  lostReply('extend'),
  crashServer,
  restartServer,
  freezeServer,
  starveServer,
];

/** By kind of broker. */
export const FAULTS: Readonly<Record<string, readonly Fault[]>> = { redis: [...EVERYWHERE, flushScripts] };
