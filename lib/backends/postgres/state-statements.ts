import { loadStatements, type LoadOptions } from './sql-statement.js';

const FILES = {
  readTime: 'read-time',
  getValues: 'get-values',
  setValues: 'set-values',
  deleteValues: 'delete-values',
  insertValue: 'insert-value',
  replaceValue: 'replace-value',
  incrementValue: 'increment-value',
  addMembers: 'add-members',
  removeMembers: 'remove-members',
  rangeForward: 'range-forward',
  rangeForwardAfter: 'range-forward-after',
  rangeBack: 'range-back',
  rangeBackAfter: 'range-back-after',
  countMembers: 'count-members',
  acquireLease: 'acquire-lease',
  renewLease: 'renew-lease',
  takeTokens: 'take-tokens',
  publish: 'publish',
  getMessage: 'get-message',
  pollMessages: 'poll-messages',
  announcePoller: 'announce-poller',
  forgetPoller: 'forget-poller',
  sweep: 'sweep',
} as const;

export type StateStatements = ReturnType<typeof loadStateStatements>;

/** Reads the statements of the state interface. */
export const loadStateStatements = (options: LoadOptions) =>
  loadStatements(FILES, new URL('./statements/state/', import.meta.url), options);
