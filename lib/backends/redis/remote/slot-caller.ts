import type { Ms } from '../../../contract/index.js';
import type { Declarations } from '../declarations.js';
import type { QueueKeys } from '../queue-keys.js';
import type { RedisScript } from '../redis-script.js';
import type { RedisSession, ScriptArgument } from '../redis-session.js';
import { ScriptCaller } from '../script-caller.js';
import type { RemoteScripts } from './cluster-scripts.js';
import { Courier } from './courier.js';
import { type Asked, type RemoteAsk, settleOutbox } from './outbox.js';

/** How long a call waits for what it has left for other queues: whatever takes longer goes on without it. */
const CARRIED_WITHIN: Ms = 1_000;

type Noticed = readonly [outgoing: number, reply?: unknown];

/** Runs the scripts of a cluster, each on one queue, and carries to other queues what a call has left for them. */
export class SlotCaller extends ScriptCaller {
  readonly courier: Courier;
  private readonly carried = new Set<Promise<void>>();

  constructor(
    session: RedisSession,
    keys: QueueKeys,
    declarations: Declarations,
    readonly scripts: RemoteScripts,
  ) {
    super(session, keys, declarations);
    this.courier = new Courier((queue) => settleOutbox(this.ask, scripts, queue));
  }

  /** One script on one queue, by the name that the server knows it by, whoever has declared it; nothing is carried. */
  readonly ask: RemoteAsk = async (script, queue, args): Promise<Asked> => {
    const here = this.keys.declaredAs(queue);
    const declared = here === undefined ? undefined : this.declarations.send([here]);
    const asked = this.session.runBuffer(
      script,
      [this.keys.metaOnServer(queue)],
      [this.keys.prefix, ...args],
    );
    const [outgoing, reply] = (await asked) as Noticed;
    await declared;
    return { reply, isOutgoing: outgoing === 1 };
  };

  /** Waits for what is being carried now, however long it takes. */
  async idle(): Promise<void> {
    await Promise.all(this.carried);
  }

  protected override async send(
    script: RedisScript,
    queues: readonly string[],
    args: readonly ScriptArgument[],
  ): Promise<unknown> {
    const [outgoing, reply] = (await super.send(script, queues, args)) as Noticed;
    const queue = this.keys.onServer(queues[0] as string);
    if (outgoing === 1) await this.carry(queue);
    else this.courier.catchUp(queue);
    return reply;
  }

  /** The call itself has succeeded: what cannot be carried now is carried later. */
  private async carry(queue: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CARRIED_WITHIN);
      timer.unref();
    });
    const carried = this.courier.carry(queue).catch(() => undefined);
    this.carried.add(carried);
    await Promise.race([carried.finally(() => this.carried.delete(carried)), late]);
    clearTimeout(timer);
  }
}
