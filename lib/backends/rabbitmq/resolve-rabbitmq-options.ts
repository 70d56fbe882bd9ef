import { check } from '../../config/index.js';
import type { TaskBackendOptions } from '../../contract/index.js';
import { InvalidBackendError, type ValidationIssue } from '../../errors/index.js';
import { type ParsedRabbitMqOptions, rabbitMqOptionSchema } from './rabbitmq-option-schema.js';
import type { RabbitMqSettings } from './rabbitmq-settings.js';
import { parseRabbitMqUrl, type RabbitMqUrlAddress } from './rabbitmq-url.js';

type Given = Pick<TaskBackendOptions, 'name' | 'url' | 'options'>;

/** Every option that cannot be used, and no value of any. */
export const rabbitMqOptionProblems = (given: Given): readonly ValidationIssue[] => read(given).problems;

/**
 * A rabbitmq entry with every default filled in.
 * @throws InvalidBackendError naming every option that cannot be used, and no value of any
 */
export function resolveRabbitMqOptions(given: Given): RabbitMqSettings {
  const { settings, problems } = read(given);
  if (settings !== undefined) return settings;
  const list = problems.map(({ path, message }) => `  - ${path}: ${message}`).join('\n');
  throw new InvalidBackendError(`Backend "${given.name}" cannot be made of these options:\n${list}`, {
    remedy:
      'Correct the paths that the message lists; docs/rabbitmq.md has every option of the type `rabbitmq`.',
  });
}

function read({ name, url, options }: Given): {
  readonly settings?: RabbitMqSettings;
  readonly problems: readonly ValidationIssue[];
} {
  const { data, problems } = check(rabbitMqOptionSchema, options);
  const parsedUrl = url === undefined ? undefined : parseRabbitMqUrl(url);
  const all = [
    ...(parsedUrl?.problem === undefined ? [] : [{ path: 'url', message: parsedUrl.problem }]),
    ...problems.map(({ path, message }) => ({ path: path ? `options.${path}` : 'options', message })),
  ];
  if (data === undefined || all.length > 0) return { problems: all };
  const base = parsedUrl?.problem === undefined ? parsedUrl?.address : undefined;
  const clashes = (['host', 'port'] as const).filter((key) => url !== undefined && data[key] !== undefined);
  if (clashes.length > 0) {
    const message = 'cannot be given together with url';
    return { problems: clashes.map((key) => ({ path: `options.${key}`, message })) };
  }
  return { settings: settingsOf(name, data, base), problems: [] };
}

function settingsOf(
  name: string,
  { host, port, vhost, username, password, tls: ownTls, ...rest }: ParsedRabbitMqOptions,
  url: RabbitMqUrlAddress | undefined,
): RabbitMqSettings {
  const tls = ownTls ?? url?.tls ?? false;
  return {
    ...rest,
    name,
    maxLength: rest.maxLength,
    readDeadLetters: rest.readDeadLetters,
    address: {
      host: host ?? url?.host ?? 'localhost',
      port: port ?? url?.port ?? (tls === false ? 5672 : 5671),
      vhost: vhost ?? url?.vhost ?? '/',
      username: username ?? url?.username ?? 'guest',
      password: password ?? url?.password ?? 'guest',
      tls,
    },
  };
}
