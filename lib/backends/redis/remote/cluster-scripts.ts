import { loadClusterScripts, loadScripts, type QueueScripts, withClock } from '../queue-scripts.js';
import { type RedisScript, scriptOf } from '../redis-script.js';

const FILES = {
  pending: 'remote/pending',
  register: 'remote/register',
  receive: 'remote/receive',
  confirm: 'remote/confirm',
  refused: 'remote/refused',
} as const;

export type RemoteScripts = Readonly<Record<keyof typeof FILES, RedisScript>>;

const included = (file: string): URL => new URL(`../scripts/includes/${file}.lua`, import.meta.url);

/** Included files after which comes what takes the place of whatever reaches from one queue to another in them. */
const REACHING = ['dependencies', 'intake', 'view', 'remove'] as const;

/** The scripts of the queue interface as a cluster needs them, and those that carry from one queue to another. */
export function loadScriptsOfCluster(clock?: string): { queue: QueueScripts; remote: RemoteScripts } {
  const companions = new Map(REACHING.map((file) => [included(file).href, included(`remote/${file}`)]));
  return {
    queue: loadClusterScripts(companions, withNotice, clock),
    remote: loadScripts(FILES, companions, (script) => withNotice(withClock(script, clock))),
  };
}

/** The reply comes with whether there is something for other queues, which whoever made the call then carries there. */
function withNotice({ name, lua }: RedisScript): RedisScript {
  const notice = NOTICES[name] ?? 'outgoing';
  return scriptOf(
    name,
    `local outgoing = false\nlocal function step()\n${lua}\nend\nlocal reply = step()\nreturn { ${notice} and 1 or 0, reply }\n`,
  );
}

/** A sweep tells of what anybody has left, any other call of what it has left itself. */
const NOTICES: Readonly<Record<string, string>> = {
  'recover.lua':
    "redis.call('EXISTS', (string.gsub(KEYS[1], 'meta$', 'outbox')), (string.gsub(KEYS[1], 'meta$', 'intents'))) > 0",
};
