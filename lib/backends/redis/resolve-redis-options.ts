import { check } from '../../config/index.js';
import type { TaskBackendOptions } from '../../contract/index.js';
import type { ValidationIssue } from '../../errors/index.js';
import { refusedOptions } from '../refused-options.js';
import { redisOptionSchema, type ParsedRedisOptions } from './redis-option-schema.js';
import type {
  RedisAccess,
  RedisAddress,
  RedisServerAddress,
  RedisSettings,
  RedisTarget,
} from './redis-target.js';
import { parseRedisUrl } from './redis-url.js';

const DEFAULT_PORT = 6379;
const DEFAULT_SENTINEL_PORT = 26379;
/** What says where a server is; of two of them one would be ignored. */
const ADDRESS_OPTIONS = ['host', 'port', 'path', 'db', 'username', 'password', 'tls'] as const;

type Given = Omit<TaskBackendOptions, 'clock'>;

/** Every option that cannot be used, and no value of any. */
export const redisOptionProblems = (
  given: Pick<Given, 'name' | 'url' | 'options'>,
): readonly ValidationIssue[] => read(given).problems;

/**
 * A redis entry with every default filled in.
 * @throws InvalidBackendError naming every option that cannot be used, and no value of any
 */
export function resolveRedisOptions(given: Given): RedisSettings {
  const { settings, problems } = read(given);
  if (settings === undefined) throw refusedOptions(given.name, 'redis', problems);
  return settings;
}

function read({ name, url, options }: Pick<Given, 'name' | 'url' | 'options'>): {
  readonly settings?: RedisSettings;
  readonly problems: readonly ValidationIssue[];
} {
  const { data, problems } = check(redisOptionSchema, options);
  const parsedUrl = url === undefined ? undefined : parseRedisUrl(url);
  const all = [
    ...(parsedUrl?.problem === undefined ? [] : [{ path: 'url', message: parsedUrl.problem }]),
    ...problems.map(({ path, message }) => ({ path: path ? `options.${path}` : 'options', message })),
  ];
  if (data === undefined || all.length > 0) return { problems: all };
  const base = parsedUrl?.problem === undefined ? parsedUrl?.address : undefined;
  const conflicts = conflictsOf(data, base);
  if (conflicts.length > 0) return { problems: conflicts };
  const { prefix, commandTimeout, connectTimeout, connectionName } = data;
  const target = targetOf(data, base);
  return {
    settings: { name, target, prefix, commandTimeout, connectTimeout, connectionName },
    problems: [],
  };
}

function targetOf(options: ParsedRedisOptions, url: RedisServerAddress | undefined): RedisTarget {
  const { client, cluster, sentinels } = options;
  if (client !== undefined) return { kind: 'client', client };
  const access: RedisAccess = {
    username: options.username ?? url?.username,
    password: options.password ?? url?.password,
    tls: options.tls ?? url?.tls ?? false,
  };
  const db = options.db ?? url?.db ?? 0;
  if (sentinels !== undefined) {
    const { name, nodes, username, password, tls } = sentinels;
    const sentinelAccess = { username, password, tls };
    return {
      kind: 'sentinel',
      name,
      nodes: withPorts(nodes, DEFAULT_SENTINEL_PORT),
      db,
      sentinelAccess,
      ...access,
    };
  }
  const server: RedisAddress = {
    host: options.host ?? url?.host ?? 'localhost',
    port: options.port ?? url?.port ?? DEFAULT_PORT,
  };
  if (cluster !== undefined && cluster !== false) {
    const { nodes, natMap } = cluster === true ? {} : cluster;
    return { kind: 'cluster', nodes: nodes ? withPorts(nodes, DEFAULT_PORT) : [server], natMap, ...access };
  }
  return { kind: 'server', ...server, family: url?.family ?? 0, path: options.path, db, ...access };
}

/** Options that are fine alone and contradict each other. */
function conflictsOf(options: ParsedRedisOptions, url: RedisServerAddress | undefined): ValidationIssue[] {
  const { client, sentinels, cluster, host, port, path } = options;
  const problems: ValidationIssue[] = [];
  const clash = (one: string, others: readonly string[]): void => {
    const message = `cannot be given together with ${others.join(' and ')}`;
    if (others.length > 0) problems.push({ path: `options.${one}`, message });
  };
  const isCluster = cluster !== undefined && cluster !== false;
  const given = (names: readonly (keyof ParsedRedisOptions)[]): string[] =>
    names.filter((name) => options[name] !== undefined).map((name) => `options.${name}`);
  const urlIfGiven = url === undefined ? [] : ['url'];
  if (client !== undefined)
    clash('client', [...urlIfGiven, ...given([...ADDRESS_OPTIONS, 'sentinels', 'cluster'])]);
  else if (sentinels !== undefined)
    clash('sentinels', [...urlIfGiven, ...given(['host', 'port', 'path', 'cluster'])]);
  else if (isCluster && typeof cluster === 'object' && cluster.nodes !== undefined)
    clash('cluster.nodes', [...urlIfGiven, ...given(['host', 'port', 'path'])]);
  else if (isCluster) clash('cluster', given(['path']));
  else if (path !== undefined) clash('path', [...urlIfGiven, ...given(['host', 'port'])]);
  else if (url !== undefined && (host !== undefined || port !== undefined))
    clash(host === undefined ? 'port' : 'host', ['url']);
  if (isCluster && (options.db ?? url?.db ?? 0) !== 0)
    problems.push({ path: 'options.db', message: 'must be 0: a cluster has no other database' });
  return problems;
}

function withPorts(
  nodes: readonly { host: string; port?: number | undefined }[],
  fallback: number,
): RedisAddress[] {
  return nodes.map(({ host, port }) => ({ host, port: port ?? fallback }));
}
