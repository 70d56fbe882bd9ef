import type { RedisSession, ScriptArgument } from './redis-session.js';
import type { QueueKeys } from './queue-keys.js';
import type { RedisScript } from './redis-script.js';
import type { Declarations } from './declarations.js';

const UNDECLARED = 'undeclared';

/**
 * Runs the scripts of the queue interface: each is told the prefix, and finds what its queues were declared with. What was
 * declared since the last call goes first, on the same connection; a server that has lost it is told again.
 */
export class ScriptCaller {
  constructor(
    protected readonly session: RedisSession,
    protected readonly keys: QueueKeys,
    protected readonly declarations: Declarations,
  ) {}

  /**
   * @param queues Those that the call names.
   * @param isLong As with `RedisSession.runBuffer`.
   */
  async run(
    script: RedisScript,
    queues: readonly string[],
    args: readonly ScriptArgument[],
    isLong = false,
  ): Promise<unknown> {
    const names = queues.length < 2 ? queues : [...new Set(queues)];
    const declared = this.declarations.send(names);
    const reply = await this.send(script, names, args, isLong);
    if (declared !== undefined) await declared;
    if (!(reply instanceof Buffer) || reply.toString() !== UNDECLARED) return reply;
    this.declarations.forget(names);
    await this.declarations.send(names);
    return this.send(script, names, args);
  }

  protected send(
    script: RedisScript,
    queues: readonly string[],
    args: readonly ScriptArgument[],
    isLong = false,
  ): Promise<unknown> {
    const keys = queues.map((queue) => this.keys.meta(queue));
    return this.session.runBuffer(script, keys, [this.keys.prefix, ...args], isLong);
  }
}
