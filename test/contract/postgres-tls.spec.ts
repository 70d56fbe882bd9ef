import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migratePostgres } from '../../lib/backends/postgres/index.js';
import { temporaryFolder } from '../servers/child-server.mjs';
import { type PrivatePostgres, startPostgres } from '../servers/postgres.mjs';
import { unprivilegedAccount } from '../servers/unprivileged-account.mjs';
import { rejection } from '../unit/rejection.js';

let server: PrivatePostgres;
let plain: PrivatePostgres;
let ca: string;
const folder = temporaryFolder('tls');
beforeAll(async () => {
  const [key, certificate] = [join(folder.path, 'server.key'), join(folder.path, 'server.crt')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', '-x509', ...curve, '-days', '2', ...names, ...files], { stdio: 'ignore' });
  ca = readFileSync(certificate, 'utf8');
  chmodSync(key, 0o600);
  const account = unprivilegedAccount();
  if (account !== undefined)
    for (const path of [folder.path, key, certificate]) chownSync(path, account.uid, account.gid);
  [server, plain] = await Promise.all([
    startPostgres({ settings: { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key } }),
    startPostgres(),
  ]);
}, 120_000);
afterAll(async () => {
  await Promise.all([server.stop(), plain.stop()]);
  folder.dispose();
});

describe('a server that speaks TLS', () => {
  it.each([
    ['as the options say', '', { tls: true }],
    ['as the URL says', '?sslmode=require', {}],
  ])('is refused when nobody vouches for its certificate: %s', async (_, query, options) => {
    const error = await rejection(migratePostgres({ url: `${server.url}${query}`, options }));
    expect(error).toMatchObject({
      outcome: 'not-sent',
      remedy: expect.stringContaining('options.tls.ca'),
      cause: { message: expect.stringContaining('self-signed certificate') },
    });
  });

  it('is used when its authority is given', async () => {
    await expect(migratePostgres({ url: server.url, options: { tls: { ca } } })).resolves.toBeUndefined();
  });

  it('is refused when its certificate is for other names, and the error says where the name is given', async () => {
    const tls = { ca, servername: 'db.internal' };
    const error = await rejection(migratePostgres({ url: server.url, options: { tls } }));
    expect(error).toMatchObject({ remedy: expect.stringContaining('options.tls.servername') });
  });
});

describe('a server that speaks no TLS', () => {
  it('is refused where TLS is asked for: nothing goes over it unprotected', async () => {
    const error = await rejection(migratePostgres({ url: plain.url, options: { tls: true } }));
    expect(error).toMatchObject({
      outcome: 'not-sent',
      remedy: expect.stringContaining('options.tls: false'),
    });
  });
});
