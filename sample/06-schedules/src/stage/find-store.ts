import { randomUUID } from 'node:crypto';

/** Where the run keeps its jobs. */
export interface Store {
  readonly url: string;
  /** For every process of the run. */
  readonly variables: Readonly<Record<string, string>>;
}

/** `SAMPLE_STORE` is `redis` (default) or `postgres`; their addresses are those of `REDIS_URL` and `DATABASE_URL`. */
export function findStore(env: NodeJS.ProcessEnv): Store {
  const mark = randomUUID().slice(0, 8);
  if (env['SAMPLE_STORE'] === 'postgres') {
    const url = env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
    return { url, variables: variables(url, { TASKS__BACKEND__OPTIONS__SCHEMA: `sample_06_${mark}` }) };
  }
  const url = env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
  return { url, variables: variables(url, { TASKS__BACKEND__OPTIONS__PREFIX: `sample-06:${mark}` }) };
}

const variables = (url: string, own: Readonly<Record<string, string>>): Record<string, string> => ({
  TASKS__BACKEND__URL: url,
  TASKS__LOGGING: 'none',
  TASKS__WORKER__WORKER_COUNT: '1',
  ...own,
});
