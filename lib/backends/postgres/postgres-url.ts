import type { PostgresAddress } from './postgres-target.js';

const SCHEMES: readonly string[] = ['postgres:', 'postgresql:'];
/** What `sslmode` means here: a certificate is checked or there is no TLS; nothing in between that only looks safe. */
const SSL_MODES: Readonly<Record<string, boolean>> = {
  disable: false,
  require: true,
  'verify-ca': true,
  'verify-full': true,
};
const QUERY: readonly string[] = ['sslmode', 'host'];

/** What a URL says, or what is wrong with it: no message holds any part of it but its scheme and names of its query. */
export type ParsedPostgresUrl =
  { readonly address: PostgresAddress; readonly problem?: undefined } | { readonly problem: string };

/**
 * Reads `postgres[ql]://[user[:password]@]host[:port][/database][?sslmode=…][&host=/folder/of/a/socket]`, with credentials
 * percent-encoded.
 */
export function parsePostgresUrl(url: string): ParsedPostgresUrl {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) return problem('is not a URL: write postgres://host:5432/database');
  if (!SCHEMES.includes(parsed.protocol))
    return problem(`must begin with postgres:// or postgresql://, not ${parsed.protocol}//`);
  const { searchParams: query } = parsed;
  const foreign = [...query.keys()].filter((key) => !QUERY.includes(key));
  if (foreign.length > 0)
    return problem(`has ${foreign.join(', ')} in its query; only ${QUERY.join(' and ')} are known there`);
  const sslmode = query.get('sslmode');
  if (sslmode !== null && !Object.hasOwn(SSL_MODES, sslmode))
    return problem(`has an sslmode that is none of ${Object.keys(SSL_MODES).join(', ')}`);
  const database = /^\/?([^/]*)$/.exec(parsed.pathname)?.[1];
  if (database === undefined) return problem('must end with the name of a database');
  const parts = [parsed.username, parsed.password, database, parsed.hostname].map(decoded);
  if (parts.includes(undefined)) return problem('has parts that are not percent-encoded');
  const [user, password, name, host] = parts;
  return {
    address: {
      host: query.get('host') ?? (host?.replace(/^\[|\]$/g, '') || undefined),
      port: parsed.port === '' ? undefined : Number(parsed.port),
      database: name || undefined,
      user: user || undefined,
      password: password || undefined,
      tls: sslmode === null ? undefined : SSL_MODES[sslmode],
    },
  };
}

const problem = (text: string): ParsedPostgresUrl => ({ problem: text });

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
