import { loadStatements, type LoadOptions } from './sql-statement.js';

const FILES = {
  enqueueOne: 'enqueue-one',
  enqueueAndClaim: 'enqueue-and-claim',
  enqueuePlain: 'enqueue-plain',
  enqueueAlike: 'enqueue-alike',
  enqueueJobs: 'enqueue-jobs',
  enqueueWhole: 'enqueue-whole',
  enqueueWithin: 'enqueue-within',
  enqueueWholeWithin: 'enqueue-whole-within',
  settleWithin: 'settle-within',
  refuseCommit: 'refuse-commit',
  claim: 'claim',
  claimOne: 'claim-one',
  extend: 'extend',
  record: 'record',
  signal: 'signal',
  forward: 'forward',
  recover: 'recover',
  trim: 'trim',
  get: 'get',
  find: 'find',
  inspect: 'inspect',
  cancel: 'cancel',
  remove: 'remove',
  clear: 'clear',
  pause: 'pause',
  retryDead: 'retry-dead',
  declare: 'declare',
} as const;

export type QueueStatements = ReturnType<typeof loadQueueStatements>;

/** Reads the statements of the queue interface: each calls one function that the migrations made. */
export const loadQueueStatements = (options: LoadOptions) =>
  loadStatements(FILES, new URL('./statements/queue/', import.meta.url), options);
