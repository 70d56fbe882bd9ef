import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { dirname } from 'node:path';
import { connect } from 'amqplib';
import { firstBinary } from './binaries.mjs';
import { ChildServer, freePort, temporaryFolder } from './child-server.mjs';

const PROBE_BOUND_MS = 2_000;
/** Where Debian keeps what its wrappers, which insist on their own account, call. */
const FOLDERS = ['/usr/lib/rabbitmq/bin', '/usr/local/opt/rabbitmq/sbin'];

/** How the tests come by a RabbitMQ server: see find-server.mjs. */
export const rabbitMqBroker = {
  name: 'rabbitmq',
  environment: 'AMQP_URL',
  localUrl: 'amqp://127.0.0.1:5672',
  packages: ['rabbitmq-server'],
  service: 'rabbitmq',
  serviceUrl: 'amqp://127.0.0.1:5672',
  mend: 'Start a RabbitMQ 3.10 server or newer and set AMQP_URL=amqp://user:password@host:5672/vhost, or install the package: apt-get install rabbitmq-server',
  probe: probeRabbitMq,
  binary: rabbitMqBinary,
  startPrivate: async () => {
    const server = await startRabbitMq();
    return { url: server.url, stop: () => server.stop() };
  },
};

/** @returns {Promise<string | undefined>} the server's version; nothing when none answers there */
export async function probeRabbitMq(url) {
  try {
    const model = await connect(url, { timeout: PROBE_BOUND_MS });
    model.on('error', () => undefined);
    const { version } = model.connection.serverProperties;
    await model.close();
    return version;
  } catch {
    return undefined;
  }
}

/** The server's program: `RABBITMQ_SERVER` in the environment, else what is installed. */
export function rabbitMqBinary() {
  return process.env['RABBITMQ_SERVER'] ?? programOf('rabbitmq-server');
}

function programOf(name) {
  return (
    FOLDERS.map((folder) => firstBinary([`${folder}/${name}`], ['/'])).find(Boolean) ?? firstBinary([name])
  );
}

/**
 * A RabbitMQ server of the caller's own, on 127.0.0.1, with a node name, ports, settings, a cookie, a name server and a folder that no other has.
 * It ends with this process, or before; killed, it starts again on what was on its disk.
 *
 * @param {{ settings?: Readonly<Record<string, string>> }} [options] lines of its rabbitmq.conf
 */
export async function startRabbitMq({ settings = {} } = {}) {
  const binary = rabbitMqBinary();
  if (binary === undefined) throw new Error(rabbitMqBroker.mend);
  const names = await startNameServer();
  const [port, distPort] = [await freePort(), await freePort()];
  const folder = temporaryFolder('rabbitmq');
  const conf = `${folder.path}/rabbitmq.conf`;
  writeFileSync(
    conf,
    Object.entries(settings)
      .map(([name, value]) => `${name} = ${value}\n`)
      .join(''),
  );
  const node = `tasks-${process.pid}-${port}@localhost`;
  const environment = {
    RABBITMQ_NODENAME: node,
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_MNESIA_BASE: `${folder.path}/mnesia`,
    RABBITMQ_LOG_BASE: `${folder.path}/log`,
    RABBITMQ_LOGS: '-',
    RABBITMQ_ENABLED_PLUGINS_FILE: `${folder.path}/plugins`,
    RABBITMQ_CONFIG_FILE: conf,
    RABBITMQ_ADVANCED_CONFIG_FILE: `${folder.path}/advanced.config`,
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    // The node itself in place of a shell that waits for it: a signal is for the node.
    RUNNING_UNDER_SYSTEMD: 'true',
    ...(names !== undefined && { ERL_EPMD_PORT: String(names.port), ERL_EPMD_ADDRESS: '127.0.0.1' }),
    // The node is asked with the same cookie, which lies in the folder.
    HOME: folder.path,
  };
  const url = `amqp://127.0.0.1:${port}`;
  const words = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const server = new ChildServer({
    command: '/usr/bin/env',
    args: [...words, binary],
    isUp: async () => (await probeRabbitMq(url)) !== undefined,
  });
  const dispose = async () => {
    await names?.stop();
    folder.dispose();
  };
  await server.start().catch(async (error) => {
    await dispose();
    throw error;
  });
  /** Asks the node what `rabbitmqctl` can ask. */
  const control = (...args) => runControl(node, environment, args);
  return {
    url,
    port,
    folder: folder.path,
    logOf: () => server.output,
    pid: () => server.pid,
    control,
    /** Ends every connection, as an operator would. @returns how many */
    closeConnections: async () => Number(/\d+/.exec(await control('close_all_connections', 'a test'))?.[0]),
    /** Freezes it: connections stay open, nobody answers. */
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    /** A crash: it is gone, its data is what was on disk. */
    kill: () => server.kill(),
    /** Starts it again where it was, on the same data. */
    start: () => server.start(),
    /** Ends it as an operator would, and starts it again. */
    restart: async () => {
      await server.stop();
      await server.start();
    },
    stop: async () => {
      await server.kill();
      await dispose();
    },
  };
}

/** Who tells nodes where nodes are. The one of the machine outlives its nodes; nothing is left of this one. */
async function startNameServer() {
  const command = firstBinary(['epmd']);
  if (command === undefined) return undefined;
  const port = await freePort();
  const args = ['-port', String(port), '-address', '127.0.0.1'];
  const server = new ChildServer({ command, args, isUp: () => answers(port) });
  await server.start();
  return { port, stop: () => server.kill() };
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = dial(port, '127.0.0.1');
    const end = (isUp) => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

/** The one beside the server's program, where there is one: that of another version does not understand the node. */
function controlBinary() {
  const server = rabbitMqBinary();
  const beside = server && firstBinary([`${dirname(server)}/rabbitmqctl`], ['/']);
  return beside ?? programOf('rabbitmqctl');
}

function runControl(node, environment, args) {
  const program = controlBinary();
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['-n', node, '-q', ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`rabbitmqctl ${args.join(' ')}: ${output}`)),
    );
  });
}
