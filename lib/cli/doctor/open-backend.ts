import type { TaskBackend } from '../../contract/index.js';
import type { TaskBackendRegistry } from '../../backends/index.js';
import type { ResolvedOptions } from '../../config/index.js';
import {
  BackendFaultError,
  BackendUnavailableError,
  isInstance,
  MissingPeerError,
} from '../../errors/index.js';
import { type Finding, findingOf } from './finding.js';

type Entry = ResolvedOptions['backends'][number];

export interface Opened {
  readonly backend?: TaskBackend;
  readonly finding?: Finding;
}

/** What the messages of a backend that cannot be used are about. The first that fits names the finding. */
const KINDS: readonly (readonly [pattern: RegExp, code: string])[] = [
  [
    /refuses the user or the password|password authentication failed|no pg_hba|user or (the )?password/i,
    'wrong-credentials',
  ],
  [/no such virtual host/, 'no-virtual-host'],
  [/certificate|TLS|SSL/i, 'tls'],
  [/is the least that it needs/, 'too-old'],
  [/is a replica/, 'replica'],
  [/takes no writes/, 'read-only'],
  [/node of a Redis Cluster/, 'cluster'],
  [/lacks \d{4}-/, 'schema-behind'],
  [/has migration .* knows \d+ at most/, 'schema-ahead'],
  [/is not the one that this version/, 'schema-foreign'],
  [/encoding/, 'wrong-encoding'],
  [/database .*(not there|does not exist)|has no database/i, 'no-database'],
  [/not allowed|permission/i, 'no-permission'],
];

/** Makes and opens one backend as the app would, but changes no schema. What stands in the way is the finding. */
export async function openBackend(
  registry: TaskBackendRegistry,
  entry: Entry,
  { clock, state }: { readonly clock: ResolvedOptions['clock']; readonly state: TaskBackend | undefined },
): Promise<Opened> {
  const subject = `backend ${entry.name}`;
  const isPostgres = entry.type === 'postgres';
  const migrates = isPostgres && entry.options['migrate'] !== 'check';
  const options = isPostgres ? { ...entry.options, migrate: 'check' } : entry.options;
  let backend: TaskBackend | undefined;
  try {
    backend = await registry.create({ ...entry, options, clock, state, logger: { warn: () => undefined } });
    await backend.queue.open();
    await backend.state.open();
    return { backend };
  } catch (error) {
    await Promise.allSettled([backend?.queue.close(), backend?.state.close()]);
    const finding = findingOf(subject, codeOf(error), error);
    if (finding.code !== 'schema-behind') return { finding };
    const remedy = `Run \`nest-tasks migrate\`${migrates ? ', or start the app, which does it at boot' : ' before the app is started'}.`;
    return { finding: { ...finding, severity: migrates ? 'warning' : 'error', remedy } };
  }
}

function codeOf(error: unknown): string {
  if (isInstance(error, MissingPeerError)) return 'missing-package';
  const message = error instanceof Error ? error.message : '';
  const known = KINDS.find(([pattern]) => pattern.test(message))?.[1];
  if (known !== undefined) return known;
  if (isInstance(error, BackendUnavailableError)) return 'unreachable';
  return isInstance(error, BackendFaultError) ? 'refused' : 'invalid-backend';
}
