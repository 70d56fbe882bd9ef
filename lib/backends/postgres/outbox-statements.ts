import { loadStatements, type LoadOptions } from './sql-statement.js';

const FILES = {
  add: 'add',
  take: 'take',
  settle: 'settle',
  release: 'release',
  status: 'status',
  retry: 'retry',
} as const;

/** Reads the statements of the outbox. */
export const loadOutboxStatements = (options: LoadOptions) =>
  loadStatements(FILES, new URL('./statements/outbox/', import.meta.url), options);
