import type { RedisScript } from '../redis-script.js';
import type { RedisArgument } from '../redis-session.js';
import type { RemoteScripts } from './cluster-scripts.js';

/** Of one kind, and for one queue, that one call takes: it holds up the server for as long as it runs. */
const AT_ONCE = 100;

export interface Asked {
  readonly reply: unknown;
  /** Whether the call has left something for other queues. */
  readonly isOutgoing: boolean;
}

/** Runs a script on one queue, by the name that the server knows it by. */
export type RemoteAsk = (
  script: RedisScript,
  queue: string,
  args: readonly RedisArgument[],
) => Promise<Asked>;

export interface Settled {
  /** Queues that have got something for others thereby. */
  readonly stirred: ReadonlySet<string>;
  readonly trouble?: unknown;
}

type Intent = readonly [queue: Buffer, parent: Buffer, child: Buffer];
type Entry = readonly [target: Buffer, member: Buffer, version: Buffer, message: Buffer];
type Pending = readonly [intents: readonly Intent[], entries: readonly Entry[], more: Buffer];

/**
 * Settles what one queue has to settle with others. Registers its children with their parents: asks how those stand, then tells the children.
 * Delivers its outbox: tells the other queue, then takes the entry out. Each step is one script on one slot, and can be done again by
 * whoever comes, so a process may die between any two. Where a queue cannot be reached the others go on. Never rejects.
 */
export async function settleOutbox(ask: RemoteAsk, scripts: RemoteScripts, queue: string): Promise<Settled> {
  const round = new OutboxRound(ask, scripts, queue);
  try {
    while (await round.next());
  } catch (trouble) {
    return { stirred: round.stirred, trouble };
  }
  return { stirred: round.stirred, trouble: round.trouble };
}

class OutboxRound {
  readonly stirred = new Set<string>();
  trouble: unknown;

  private readonly unreachable = new Set<string>();
  /** Children with a parent that cannot be reached: they lie before those that have not been looked at. */
  private skipped = 0;

  constructor(
    private readonly ask: RemoteAsk,
    private readonly scripts: RemoteScripts,
    private readonly queue: string,
  ) {}

  /** @returns whether there is more */
  async next(): Promise<boolean> {
    this.stirred.delete(this.queue);
    const pending = await this.call(this.scripts.pending, this.queue, [AT_ONCE, this.skipped]);
    const [intents, entries, more] = pending as Pending;
    const reachable = ([target]: Intent | Entry): boolean => !this.unreachable.has(target.toString());
    const calls = [
      ...[...byTarget(intents.filter(reachable))].map(([parents, some]) =>
        this.attempt(parents, this.register(parents, some)),
      ),
      ...[...byTarget(entries.filter(reachable))].map(([target, some]) =>
        this.attempt(target, this.deliver(target, some)),
      ),
    ];
    await Promise.all(calls);
    const left = intents.filter((intent) => !reachable(intent));
    this.skipped += new Set(left.map(([, , child]) => child.toString())).size;
    return calls.length > 0 && (more.length > 0 || this.stirred.has(this.queue));
  }

  private async register(parents: string, intents: readonly Intent[]): Promise<void> {
    const asked = intents.flatMap(([, parent, child]) => [parent, child]);
    const messages = (await this.call(this.scripts.register, parents, asked)) as Buffer[];
    await this.call(this.scripts.receive, this.queue, messages);
  }

  private async deliver(target: string, entries: readonly Entry[]): Promise<void> {
    const messages = entries.map(([, , , message]) => message);
    const letters = String(await this.call(this.scripts.receive, target, messages));
    const received = entries.flatMap(([, member, version], n) => [member, version, letters.charAt(n)]);
    await this.call(this.scripts.confirm, this.queue, [target, ...received]);
  }

  private async attempt(target: string, step: Promise<void>): Promise<void> {
    try {
      await step;
    } catch (trouble) {
      this.unreachable.add(target);
      this.trouble ??= trouble;
    }
  }

  private async call(...[script, queue, args]: Parameters<RemoteAsk>): Promise<unknown> {
    const { reply, isOutgoing } = await this.ask(script, queue, args);
    if (isOutgoing) this.stirred.add(queue);
    return reply;
  }
}

function byTarget<T extends Intent | Entry>(all: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const target = one[0].toString();
    const group = groups.get(target);
    if (group === undefined) groups.set(target, [one]);
    else group.push(one);
  }
  return groups;
}
