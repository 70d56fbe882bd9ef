import { check } from '../../config/index.js';
import type { TaskBackendOptions } from '../../contract/index.js';
import type { ValidationIssue } from '../../errors/index.js';
import { refusedOptions } from '../refused-options.js';
import { postgresOptionSchema, type ParsedPostgresOptions } from './postgres-option-schema.js';
import type { PostgresAddress, PostgresSettings, PostgresTarget } from './postgres-target.js';
import { parsePostgresUrl } from './postgres-url.js';

/** What says where a database is; of two of them one would be ignored. */
const ADDRESS_OPTIONS = ['host', 'port', 'database', 'user', 'password', 'tls'] as const;

type Given = Omit<TaskBackendOptions, 'clock'>;

/** Every option that cannot be used, and no value of any. */
export const postgresOptionProblems = (
  given: Pick<Given, 'name' | 'url' | 'options'>,
): readonly ValidationIssue[] => read(given).problems;

/**
 * A postgres entry with every default filled in.
 * @throws InvalidBackendError naming every option that cannot be used, and no value of any
 */
export function resolvePostgresOptions(given: Given): PostgresSettings {
  const { settings, problems } = read(given);
  if (settings === undefined) throw refusedOptions(given.name, 'postgres', problems);
  return settings;
}

function read({ name, url, options }: Pick<Given, 'name' | 'url' | 'options'>): {
  readonly settings?: PostgresSettings;
  readonly problems: readonly ValidationIssue[];
} {
  const { data, problems } = check(postgresOptionSchema, options);
  const parsedUrl = url === undefined ? undefined : parsePostgresUrl(url);
  const all = [
    ...(parsedUrl?.problem === undefined ? [] : [{ path: 'url', message: parsedUrl.problem }]),
    ...problems.map(({ path, message }) => ({ path: path ? `options.${path}` : 'options', message })),
  ];
  if (data === undefined || all.length > 0) return { problems: all };
  const address = parsedUrl?.problem === undefined ? parsedUrl?.address : undefined;
  const conflicts = conflictsOf(data, address);
  if (conflicts.length > 0) return { problems: conflicts };
  const { schema, poolSize, migrate, commandTimeout, connectTimeout, applicationName } = data;
  const statementTimeout = data.statementTimeout ?? Math.ceil(commandTimeout * 0.9);
  const target = targetOf(data, address);
  return {
    settings: {
      name,
      target,
      schema,
      poolSize,
      migrate,
      commandTimeout,
      statementTimeout,
      connectTimeout,
      applicationName,
    },
    problems: [],
  };
}

function targetOf(options: ParsedPostgresOptions, url: PostgresAddress | undefined): PostgresTarget {
  const { pool, dataDir, pglite } = options;
  if (pglite !== undefined) return { kind: 'pglite', pglite };
  if (dataDir !== undefined) return { kind: 'embedded', dataDir };
  if (pool !== undefined) return { kind: 'pool', pool };
  return {
    kind: 'server',
    host: options.host ?? url?.host,
    port: options.port ?? url?.port,
    database: options.database ?? url?.database,
    user: options.user ?? url?.user,
    password: options.password ?? url?.password,
    tls: options.tls ?? url?.tls,
  };
}

/** Options that are fine alone and contradict each other. */
function conflictsOf(options: ParsedPostgresOptions, url: PostgresAddress | undefined): ValidationIssue[] {
  const given = ADDRESS_OPTIONS.filter((name) => options[name] !== undefined).map(
    (name) => `options.${name}`,
  );
  const problems: ValidationIssue[] = [];
  const clash = (path: string, others: readonly string[]): void => {
    if (others.length > 0)
      problems.push({ path, message: `cannot be given together with ${others.join(' and ')}` });
  };
  const address = [...(url === undefined ? [] : ['url']), ...given];
  const whole = (['dataDir', 'pool'] as const).filter((name) => options[name] !== undefined);
  const others = [...address, ...whole.map((name) => `options.${name}`)];
  if (options.pglite !== undefined) clash('options.pglite', others);
  else if (options.dataDir !== undefined)
    clash(
      'options.dataDir',
      others.filter((other) => other !== 'options.dataDir'),
    );
  else if (options.pool !== undefined) clash('options.pool', address);
  else if (url !== undefined && (options.host !== undefined || options.port !== undefined))
    clash(options.host === undefined ? 'options.port' : 'options.host', ['url']);
  if (options.statementTimeout !== undefined && options.statementTimeout > options.commandTimeout)
    problems.push({
      path: 'options.statementTimeout',
      message: 'must not be longer than commandTimeout: nobody would wait for its end',
    });
  return problems;
}
