/** What a server says of itself in `INFO`; a field that it does not give is left out. */
export interface RedisServerInfo {
  readonly product: 'redis' | 'valkey' | 'other';
  readonly version: string;
  readonly role: string | undefined;
  readonly isCluster: boolean;
  /** `noeviction` is the only one that keeps what was accepted. */
  readonly evictionPolicy: string | undefined;
  /** `aof` and `rdb`, as far as they are known to be on or off. */
  readonly persistence: 'aof' | 'rdb' | 'none' | 'unknown';
  /** Whether the last attempt to save failed. */
  readonly isSaveFailing: boolean;
}

/**
 * Reads the reply of `INFO`. Whether snapshots are taken at all it does not say: `CONFIG GET save` does, where it is allowed.
 *
 * @param save What `CONFIG GET save` gave; nothing when it is forbidden.
 */
export function parseServerInfo(info: string, save?: string): RedisServerInfo {
  const fields = new Map(
    info.split(/\r?\n/).flatMap((line): [string, string][] => {
      const at = line.indexOf(':');
      return at <= 0 || line.startsWith('#') ? [] : [[line.slice(0, at), line.slice(at + 1).trim()]];
    }),
  );
  const valkey = fields.get('valkey_version');
  const redis = fields.get('redis_version');
  return {
    product: valkey !== undefined ? 'valkey' : redis !== undefined ? 'redis' : 'other',
    version: valkey ?? redis ?? 'unknown',
    role: fields.get('role'),
    // Valkey 8 calls its mode by another name, unless it is told to pass for Redis.
    isCluster:
      fields.get('cluster_enabled') === '1' ||
      (fields.get('server_mode') ?? fields.get('redis_mode')) === 'cluster',
    evictionPolicy: fields.get('maxmemory_policy'),
    persistence: persistenceOf(fields.get('aof_enabled'), save),
    isSaveFailing:
      fields.get('aof_last_write_status') === 'err' || fields.get('rdb_last_bgsave_status') === 'err',
  };
}

function persistenceOf(aof: string | undefined, save: string | undefined): RedisServerInfo['persistence'] {
  if (aof === '1') return 'aof';
  if (save === undefined) return 'unknown';
  return save === '' ? 'none' : 'rdb';
}
