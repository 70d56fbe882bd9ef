import type { BackendFinding } from '../../contract/index.js';
import { InvalidBackendError } from '../../errors/index.js';
import type { ServerFacts } from './sql-driver.js';

const LEAST = 130_000;

/**
 * Refuses a server that cannot do what the backend needs, at once and not at the first job.
 * @throws InvalidBackendError for a version that is too old, a replica, a server without writes or an encoding that not every text fits in
 */
export function assertServer(name: string, facts: ServerFacts): void {
  const refuse = (what: string, remedy: string): never => {
    throw new InvalidBackendError(`Backend "${name}": ${what}`, { remedy });
  };
  if (facts.version < LEAST) {
    refuse(
      `the server is PostgreSQL ${facts.title}; 13 is the least that it needs.`,
      'Upgrade the server, or name another one.',
    );
  }
  if (facts.isReplica) {
    refuse('the server is a replica, which takes no writes.', 'Name the primary.');
  }
  if (facts.isReadOnly) {
    refuse(
      'the server takes no writes: transactions are read only there.',
      'Set default_transaction_read_only to off for the user or the database, or name another server.',
    );
  }
  if (facts.encoding !== 'UTF8') {
    refuse(
      `the database has the encoding ${facts.encoding}, which not every text fits in.`,
      'Create a database with the encoding UTF8 for it.',
    );
  }
}

/** What of a server that can be used costs speed. */
export function poolerFindings({ pooler }: ServerFacts): BackendFinding[] {
  if (pooler !== 'transaction') return [];
  return [
    {
      code: 'transaction-pooler',
      severity: 'warning',
      message:
        'between here and the server stands a pooler in transaction mode, where LISTEN does not work and nothing can be ' +
        'prepared. Work is looked for at short intervals instead, and each statement is planned anew.',
      remedy: 'Name the server itself, or a pool in session mode, for the full speed.',
    },
  ];
}

/** What a user should know of a server that can be used. Each is a sentence or two. */
export function warningsOf(name: string, facts: ServerFacts): string[] {
  return poolerFindings(facts).map(({ message, remedy }) => `Backend "${name}": ${message} ${remedy}`);
}
