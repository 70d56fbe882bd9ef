import type { PostgresBroker } from './postgres-broker.js';

const PAGE = 8_192;
const LEAST_PAGES = 136;
/** Rows of so many characters are four to a page. */
const ROW = 1_850;
const ROWS_A_PAGE = 4;
const REFUSAL = '53100';

/**
 * Makes the disk full for the tables of a schema: no file may grow beyond the largest that there is. The two tables that matter are filled up to it by
 * transactions that fail, so no page of them has room either. The server's answer is what it is on a full disk (53100), since the limit
 * cuts the page in two that would come next.
 *
 * @returns whether it refuses
 */
export async function fillDisk(broker: PostgresBroker, schema: string, isFull: boolean): Promise<boolean> {
  const { server } = broker;
  // What it sweeps up would be room.
  await broker.configure('autovacuum', isFull ? 'off' : undefined);
  if (!isFull) {
    server.limitFiles();
    return isRefused(broker, schema, 'job', 1);
  }
  const pages = await stopGrowth(broker, schema);
  const refused = [
    await isRefused(broker, schema, 'job', pages),
    await isRefused(broker, schema, 'finished', pages),
  ];
  return refused.every(Boolean);
}

/** @returns the pages beyond which no file grows from now on. Jobs flow: a file that has outgrown them meanwhile is looked for again. */
async function stopGrowth(broker: PostgresBroker, schema: string): Promise<number> {
  let limit = 0;
  for (;;) {
    const pages = Math.max(LEAST_PAGES, await largestOf(broker, schema));
    if (pages <= limit) return limit;
    limit = pages;
    broker.server.limitFiles(limit * PAGE + PAGE / 2);
  }
}

/** In pages, indexes included: one that is over the limit would grow by nothing at all, which the server does not take for a full disk. */
async function largestOf(broker: PostgresBroker, schema: string): Promise<number> {
  const [row] = await broker.ask<{ pages: number }>(
    `select (max(pg_relation_size(oid)) / ${PAGE})::int as pages from pg_class
     where relnamespace = $1::regnamespace and relkind in ('r', 'i', 'S')`,
    schema,
  );
  return row?.pages ?? 0;
}

/** Adds pages that hold nothing that anybody sees, and have no room, unless it fails on the way: then as many as there is room for. */
async function dirty(broker: PostgresBroker, schema: string, table: string, pages: number): Promise<void> {
  const finishedAt = table === 'finished' ? ', finished_at' : '';
  await broker.transaction((client) =>
    client.query(
      `insert into ${schema}.${table} (queue, id, state, priority, place, created_at, name, codec, version${finishedAt})
       select -1, n::text, 9, 0, 0, 0, '', repeat('x', ${ROW}), 1${finishedAt && ', 0'} from generate_series(1, $1::int) n`,
      [pages * ROWS_A_PAGE],
    ),
  );
}

async function isRefused(
  broker: PostgresBroker,
  schema: string,
  table: string,
  pages: number,
): Promise<boolean> {
  try {
    await dirty(broker, schema, table, 2 * pages);
    return false;
  } catch (error) {
    if ((error as { code?: string }).code === REFUSAL) return true;
    throw error;
  }
}
