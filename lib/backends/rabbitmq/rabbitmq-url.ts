import type { RabbitMqAddress } from './rabbitmq-settings.js';

const SCHEMES: Readonly<Record<string, boolean>> = { 'amqp:': false, 'amqps:': true };

/** What a URL says; a part that it leaves out is undefined. */
export type RabbitMqUrlAddress = { readonly [K in keyof RabbitMqAddress]: RabbitMqAddress[K] | undefined };

/** What a URL says, or what is wrong with it: no message holds any part of it but its scheme and names of its query. */
export type ParsedRabbitMqUrl =
  { readonly address: RabbitMqUrlAddress; readonly problem?: undefined } | { readonly problem: string };

/**
 * Reads `amqp[s]://[[user]:password@]host[:port][/vhost]`, with credentials and virtual host percent-encoded: `/` alone is the
 * virtual host of the empty name in the AMQP URI specification, and means the default one here, as everybody writes it.
 */
export function parseRabbitMqUrl(url: string): ParsedRabbitMqUrl {
  if (!url.includes('://')) return problem('must begin with amqp:// or amqps://: write amqp://host:5672');
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) return problem('is not a URL: write amqp://host:5672');
  const tls = SCHEMES[parsed.protocol];
  if (tls === undefined) return problem(`must begin with amqp:// or amqps://, not ${parsed.protocol}//`);
  if (parsed.hostname === '') return problem('names no host');
  const foreign = [...parsed.searchParams.keys()];
  if (foreign.length > 0) return problem(`has ${foreign.join(', ')} in its query: write it in \`options\``);
  if (parsed.pathname.slice(1).includes('/'))
    return problem('has a virtual host with a `/` in it: write it as %2F');
  const [username, password, vhost] = [parsed.username, parsed.password, parsed.pathname.slice(1)].map(
    decoded,
  );
  if (username === undefined || password === undefined || vhost === undefined)
    return problem('has credentials or a virtual host that are not percent-encoded');
  return {
    address: {
      host: parsed.hostname.replace(/^\[|\]$/g, ''),
      port: parsed.port === '' ? undefined : Number(parsed.port),
      vhost: vhost || undefined,
      username: username || undefined,
      password: password || undefined,
      tls,
    },
  };
}

const problem = (text: string): ParsedRabbitMqUrl => ({ problem: text });

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
