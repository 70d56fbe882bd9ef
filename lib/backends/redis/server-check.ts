import type { BackendFinding } from '../../contract/index.js';
import { InvalidBackendError } from '../../errors/index.js';
import type { RedisServerInfo } from './server-info.js';

const LEAST = { redis: [7, 0], valkey: [7, 2] } as const;

/**
 * Refuses a server that cannot do what the backend needs, at once and not at the first job.
 * @throws InvalidBackendError for a version that is too old, a replica, or the other mode than the options say
 */
export function assertServer(name: string, info: RedisServerInfo, isClusterClient: boolean): void {
  const { product, version, role } = info;
  if (product !== 'other' && isOlder(version, LEAST[product])) {
    throw new InvalidBackendError(
      `Backend "${name}": the server is ${title(info)}; Redis 7.0 or Valkey 7.2 is the least that it needs.`,
      { remedy: 'Upgrade the server, or name another one.' },
    );
  }
  if (role === 'slave') {
    throw new InvalidBackendError(`Backend "${name}": the server is a replica, which takes no writes.`, {
      remedy: 'Name the master, or its Sentinels in `options.sentinels`, which know who that is.',
    });
  }
  if (info.isCluster && !isClusterClient) {
    throw new InvalidBackendError(`Backend "${name}": the server is a node of a Redis Cluster.`, {
      remedy: 'Set `options.cluster: true`, or list some nodes in `options.cluster.nodes`.',
    });
  }
}

/** What of a server that can be used is not as it should be. */
export function findingsOf(info: RedisServerInfo): BackendFinding[] {
  const findings: BackendFinding[] = [];
  const { evictionPolicy: policy } = info;
  if (policy !== undefined && policy !== 'noeviction') {
    findings.push({
      code: 'evicts-keys',
      severity: 'error',
      message: `THE SERVER MAY DELETE JOBS. Its maxmemory-policy is ${policy}: when its memory is full it evicts keys, and whole queues with them.`,
      remedy: 'Set maxmemory-policy to noeviction; a cache belongs on another server.',
    });
  }
  if (info.persistence === 'none') {
    findings.push({
      code: 'no-persistence',
      severity: 'warning',
      message:
        'the server saves nothing to disk (appendonly is off and no snapshots are taken), so a restart of it loses every job.',
      remedy: 'Turn appendonly on, unless you can lose them.',
    });
  }
  if (info.isSaveFailing) {
    findings.push({
      code: 'save-failing',
      severity: 'error',
      message: 'the last attempt of the server to save its data failed.',
      remedy: 'See its log and its disk.',
    });
  }
  if (info.product === 'other') {
    findings.push({
      code: 'unknown-server',
      severity: 'warning',
      message: 'the server is neither Redis nor Valkey as far as it says; only these are tested.',
      remedy: 'Use one of them, or run the contract suite on it: docs/writing-a-backend.md says how.',
    });
  }
  return findings;
}

/** What a user should know of it, to be logged at boot. Each is a sentence or two. */
export function warningsOf(name: string, info: RedisServerInfo): string[] {
  return findingsOf(info).map(({ message, remedy }) => `Backend "${name}": ${message} ${remedy}`);
}

/** As it is shown beside the name of the type: Valkey is told apart. */
export function shownVersion(info: RedisServerInfo): string {
  return info.product === 'valkey' ? title(info) : info.version;
}

function title({ product, version }: RedisServerInfo): string {
  return product === 'other' ? version : `${product === 'redis' ? 'Redis' : 'Valkey'} ${version}`;
}

function isOlder(version: string, [major, minor]: readonly [number, number]): boolean {
  const [haveMajor = 0, haveMinor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return haveMajor < major || (haveMajor === major && haveMinor < minor);
}
