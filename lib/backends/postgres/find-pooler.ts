import type { Client, PoolClient } from 'pg';
import type { Ms } from '../../contract/index.js';
import { endClient } from './end-client.js';
import { sendQuery } from './send-query.js';
import type { ServerFacts } from './sql-driver.js';

const PID = 'select pg_backend_pid() as pid';
/** How often two connections are compared; a pooler mostly gives the one that became free last, yet others of its clients come in between. */
const ROUNDS = 8;

/**
 * What stands between. A server tells each connection which process serves it; a pooler tells its clients a number of its own.
 * Of a pooler two connections are looked at, the second within a transaction: where both are served by one process, or the first by
 * another than before, a connection is not one's own for longer than a transaction.
 */
export async function findPooler(
  client: PoolClient,
  pid: number,
  connectOther: () => Promise<Client>,
  patience: Ms,
): Promise<ServerFacts['pooler']> {
  const { processID } = client as unknown as { processID: unknown };
  if (processID === pid) return 'none';
  const other = await connectOther();
  other.on('error', () => undefined);
  await other.connect();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      // A transaction a round: one that has got another process than the first would keep it, and show the same each time.
      if ((await servedBy(client, patience)) !== pid) return 'transaction';
      await sendQuery(other, { text: 'begin', query_timeout: patience });
      const pids = [await servedBy(other, patience), await servedBy(client, patience)];
      if (pids[0] === pid || pids[1] !== pid) return 'transaction';
      await sendQuery(other, { text: 'rollback', query_timeout: patience });
    }
    return 'session';
  } finally {
    await endClient(other);
  }
}

async function servedBy(client: Client | PoolClient, patience: Ms): Promise<number> {
  const { rows } = await sendQuery(client, { text: PID, query_timeout: patience });
  return (rows[0] as { readonly pid: number }).pid;
}
