import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PostgresDatabase } from '../../../../lib/backends/postgres/database.js';
import { resolvePostgresOptions } from '../../../../lib/backends/postgres/resolve-postgres-options.js';

const message = (type: string, ...parts: (string | number)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : int(part))));
  return Buffer.concat([Buffer.from(type), int(4 + body.length), body]);
};
const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** What a server says that is shut down in the moment in which somebody has connected: it is ready, and the end, in one packet. */
const READY_AND_GONE = Buffer.concat([
  message('R', 0),
  message('Z', 'I'),
  message('E', 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
]);

const server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => socket.end(READY_AND_GONE));
});
const uncaught = vi.fn();

beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.on('uncaughtException', uncaught);
});
afterEach(async () => {
  process.off('uncaughtException', uncaught);
  uncaught.mockReset();
  await new Promise((resolve) => void server.close(resolve));
});

const url = (): string => `postgres://app@127.0.0.1:${(server.address() as AddressInfo).port}/app`;

describe('a connection that ends in the moment in which it is made', () => {
  it.each([
    ['a pool of its own', () => ({ url: url(), options: {} })],
    ['a pool of the application', () => ({ options: { pool: new pg.Pool({ connectionString: url() }) } })],
  ])('is trouble with the server, and does not end the process: %s', async (_title, where) => {
    const settings = resolvePostgresOptions({ name: 'jobs', type: 'postgres', ...where() });
    const database = new PostgresDatabase(settings, () => undefined);
    await expect(database.open(database.session())).rejects.toMatchObject({
      code: 'TASKS_BACKEND_UNAVAILABLE',
      outcome: 'not-sent',
    });
    expect(uncaught).not.toHaveBeenCalled();
  });
});
