/** Types by what a url of theirs begins with, where that is not the type itself. */
const TYPE_OF_SCHEME: Readonly<Record<string, string>> = {
  rediss: 'redis',
  postgresql: 'postgres',
  amqp: 'rabbitmq',
  amqps: 'rabbitmq',
};
const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//iu;

export const hasScheme = (url: string): boolean => SCHEME.test(url);

/**
 * The type of a backend: what it says, else what its url begins with, else memory. So one variable with a url makes memory a
 * broker.
 *
 * @example
 * backendType({ url: 'rediss://cache:6380' }); // 'redis'
 */
export function backendType({ type, url }: { readonly type?: unknown; readonly url?: unknown }): string {
  if (typeof type === 'string') return type;
  const scheme = typeof url === 'string' ? SCHEME.exec(url)?.[1]?.toLowerCase() : undefined;
  return scheme === undefined ? 'memory' : (TYPE_OF_SCHEME[scheme] ?? scheme);
}
