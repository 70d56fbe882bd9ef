import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { ChildServer, freePort, temporaryFolder } from './child-server.mjs';
import {
  probeRedis,
  redisBinary,
  startRedis,
  type PrivateRedis,
  type PrivateRedisOptions,
} from './redis.mjs';

const LAST_SLOT = 16_383;

export interface PrivateCluster {
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly servers: readonly PrivateRedis[];
  readonly stop: () => Promise<void>;
}

/** A cluster of that many masters, without replicas, each with its share of the slots. */
export async function startRedisCluster(masters = 3): Promise<PrivateCluster> {
  const servers = await Promise.all(
    Array.from({ length: masters }, async () => {
      const bus = await freePort();
      const args = [
        '--cluster-enabled',
        'yes',
        '--cluster-port',
        String(bus),
        '--cluster-node-timeout',
        '2000',
        // One that has met no other does not know its own address.
        '--cluster-announce-ip',
        '127.0.0.1',
      ];
      return { bus, server: await startRedis({ args }) };
    }),
  );
  const clients = servers.map(({ server }) => new Redis(server.url));
  const share = Math.ceil((LAST_SLOT + 1) / masters);
  await Promise.all(
    clients.map((client, place) =>
      client.cluster('ADDSLOTSRANGE', place * share, Math.min(LAST_SLOT, (place + 1) * share - 1)),
    ),
  );
  for (const { server, bus } of servers.slice(1)) {
    await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', server.port, bus);
  }
  await until(async () => {
    const infos = await Promise.all(clients.map((client) => client.cluster('INFO')));
    return infos.every(
      (info) => /cluster_state:ok/.test(info) && info.includes(`cluster_known_nodes:${masters}`),
    );
  }, 'the cluster is up');
  for (const client of clients) client.disconnect();
  return {
    nodes: servers.map(({ server }) => ({ host: '127.0.0.1', port: server.port })),
    servers: servers.map(({ server }) => server),
    stop: async () => void (await Promise.all(servers.map(({ server }) => server.stop()))),
  };
}

export interface PrivateSentinel {
  /** What the Sentinels call the master. */
  readonly name: string;
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** The first is the master at the start. */
  readonly servers: readonly PrivateRedis[];
  /** The port of the server that the Sentinels take for the master now. */
  readonly master: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** A master, a replica, and Sentinels that agree by majority that a master is gone after three seconds: one that was busy for a second is not. */
export async function startRedisSentinel(sentinels = 3): Promise<PrivateSentinel> {
  const name = 'mymaster';
  const master = await startRedis();
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
  const replicaClient = new Redis(replica.url);
  await until(
    async () => /master_link_status:up/.test(await replicaClient.info('replication')),
    'the replica follows',
  );
  replicaClient.disconnect();
  const folder = temporaryFolder('sentinel');
  const quorum = Math.floor(sentinels / 2) + 1;
  const started = await Promise.all(
    Array.from({ length: sentinels }, async (_, place) => {
      const port = await freePort();
      const file = join(folder.path, `sentinel-${place}.conf`);
      writeFileSync(
        file,
        [
          `port ${port}`,
          'bind 127.0.0.1',
          `dir ${folder.path}`,
          `sentinel monitor ${name} 127.0.0.1 ${master.port} ${quorum}`,
          `sentinel down-after-milliseconds ${name} 3000`,
          `sentinel failover-timeout ${name} 5000`,
        ].join('\n'),
      );
      const isUp = async (): Promise<boolean> =>
        (await probeRedis(`redis://127.0.0.1:${port}`, { enableReadyCheck: false })) !== undefined;
      const server = new ChildServer({ command: redisBinary() as string, args: [file, '--sentinel'], isUp });
      await server.start();
      return { port, server };
    }),
  );
  const first = new Redis({ port: started[0]?.port as number, enableReadyCheck: false });
  await until(async () => {
    const [replicas, others] = (await Promise.all([
      first.call('SENTINEL', 'REPLICAS', name),
      first.call('SENTINEL', 'SENTINELS', name),
    ])) as [unknown[], unknown[]];
    return replicas.length === 1 && others.length === sentinels - 1;
  }, 'the Sentinels know each other and the replica');
  return {
    name,
    nodes: started.map(({ port }) => ({ host: '127.0.0.1', port })),
    servers: [master, replica],
    master: async () => {
      const [, port] = (await first.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as [string, string];
      return Number(port);
    },
    stop: async () => {
      first.disconnect();
      await Promise.all(started.map(({ server }) => server.stop()));
      folder.dispose();
      await Promise.all([master.stop(), replica.stop()]);
    },
  };
}

export interface PrivateTlsRedis extends PrivateRedis {
  /** Of the authority that signed the server's certificate: PEM. */
  readonly ca: string;
}

/** A server that speaks TLS alone, with a certificate for localhost and 127.0.0.1 made for this run. */
export async function startTlsRedis(options: PrivateRedisOptions = {}): Promise<PrivateTlsRedis> {
  const folder = temporaryFolder('tls');
  const at = (file: string): string => join(folder.path, file);
  const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-days',
    '2',
    '-subj',
    '/CN=tests',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
  );
  openssl('req', ...key, '-subj', '/CN=localhost', '-keyout', at('server.key'), '-out', at('server.csr'));
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  const authority = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('names')];
  openssl('x509', '-req', '-in', at('server.csr'), ...authority, '-days', '2', '-out', at('server.crt'));
  const ca = readFileSync(at('ca.crt'), 'utf8');
  const port = await freePort();
  const files = [
    '--tls-cert-file',
    at('server.crt'),
    '--tls-key-file',
    at('server.key'),
    '--tls-ca-cert-file',
    at('ca.crt'),
  ];
  const server = await startRedis({
    ...options,
    port,
    url: `rediss://127.0.0.1:${port}`,
    clientOptions: { tls: { ca } },
    args: [
      '--port',
      '0',
      '--tls-port',
      String(port),
      ...files,
      '--tls-auth-clients',
      'no',
      ...(options.args ?? []),
    ],
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    folder.dispose();
  };
  return { ...server, ca, stop };
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) {
    if (await holds().catch(() => false)) return;
  }
  throw new Error(`Within 30 seconds: ${what}`);
}
