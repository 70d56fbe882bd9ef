import type { RedisServerAddress } from './redis-target.js';

const SCHEMES: Readonly<Record<string, boolean>> = { 'redis:': false, 'rediss:': true };

/** What a URL says, or what is wrong with it: no message holds any part of it but its scheme and names of its query. */
export type ParsedRedisUrl =
  { readonly address: RedisServerAddress; readonly problem?: undefined } | { readonly problem: string };

/** Reads `redis[s]://[[user]:password@]host[:port][/db][?family=4|6]`, with credentials percent-encoded. */
export function parseRedisUrl(url: string): ParsedRedisUrl {
  // `localhost:6379` is a URL of the scheme `localhost`.
  if (!url.includes('://'))
    return problem('must begin with redis:// or rediss://: write redis://host:6379/0');
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) return problem('is not a URL: write redis://host:6379/0');
  const tls = SCHEMES[parsed.protocol];
  if (tls === undefined) return problem(`must begin with redis:// or rediss://, not ${parsed.protocol}//`);
  if (parsed.hostname === '') return problem('names no host');
  const db = /^\/?(\d{0,9})$/.exec(parsed.pathname)?.[1];
  if (db === undefined) return problem('must end with the number of a database, such as /0');
  const foreign = [...parsed.searchParams.keys()].filter((key) => key !== 'family');
  if (foreign.length > 0)
    return problem(`has ${foreign.join(', ')} in its query; only family is known there`);
  const family = parsed.searchParams.get('family') ?? '0';
  if (!['0', '4', '6'].includes(family)) return problem('has a family that is neither 4 nor 6');
  const [username, password] = [decoded(parsed.username), decoded(parsed.password)];
  if (username === undefined || password === undefined)
    return problem('has credentials that are not percent-encoded');
  return {
    address: {
      host: parsed.hostname.replace(/^\[|\]$/g, ''),
      port: parsed.port === '' ? 6379 : Number(parsed.port),
      family: Number(family),
      db: Number(db),
      username: username || undefined,
      password: password || undefined,
      tls,
    },
  };
}

const problem = (text: string): ParsedRedisUrl => ({ problem: text });

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
