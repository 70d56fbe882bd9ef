import type { Cluster, Command, Redis } from 'ioredis';
import type { Ms } from '../../contract/index.js';
import type { RedisArgument } from './redis-session.js';
import type { WireArguments } from './wire-arguments.js';

type CommandClass = typeof Command;
/** The driver gives a command a timer of its own by this method, when it sends it. */
type Timed = Command & { until: Ms; wire: WireArguments | undefined };

/** Commands that are answered stay in the list up to this number, or that of those that are not. */
const FEW = 16;

/**
 * Makes commands that share one timer: the driver makes, and takes apart, one for each, which cost 6 us of the 85 that a lone
 * enqueue takes of this process. A command that is not answered in time ends as the driver would end it.
 *
 * All of them have one time-out, so those that were sent first are the first to be late.
 */
export class TimedCommands {
  private sent: Timed[] = [];
  private room = FEW;
  private timer: NodeJS.Timeout | undefined;
  private readonly TimedCommand: new (...args: ConstructorParameters<CommandClass>) => Timed;

  constructor(CommandOfDriver: CommandClass) {
    const watch = (command: Timed, ms: Ms): void => this.watch(command, ms);
    this.TimedCommand = class extends CommandOfDriver {
      until = 0;
      wire: WireArguments | undefined = undefined;

      override toWritable(socket: object): string | Buffer {
        const own = super.toWritable(socket);
        return this.wire === undefined ? own : withWire(own, this.args.length + 1, this.wire);
      }

      override setTimeout(ms: Ms): void {
        // On a cluster it is sent once more, to another node.
        if (this.until === 0) watch(this, ms);
      }
    };
  }

  /**
   * As the methods of the client make them.
   * @param encoding `null`: bytes for texts
   * @param wire arguments that follow the others
   */
  make(
    { options }: Redis | Cluster,
    name: string,
    args: RedisArgument[],
    replyEncoding: BufferEncoding | null,
    wire?: WireArguments,
  ): Command {
    const command = new this.TimedCommand(name, args, {
      replyEncoding,
      ...(options.keyPrefix !== undefined && { keyPrefix: options.keyPrefix }),
    });
    command.wire = wire;
    return command;
  }

  private watch(command: Timed, ms: Ms): void {
    command.until = performance.now() + ms;
    if (this.sent.length >= this.room) {
      this.sent = this.sent.filter(({ isSettled }) => !isSettled);
      this.room = Math.max(FEW, this.sent.length * 2);
    }
    this.sent.push(command);
    if (this.timer === undefined) this.arm(ms);
  }

  private arm(ms: Ms): void {
    this.timer = setTimeout(this.endLate, ms);
    // Whoever waits for an answer holds the connection, and that keeps the process alive.
    this.timer.unref();
  }

  private readonly endLate = (): void => {
    const now = performance.now();
    const open = this.sent.filter(({ isSettled }) => !isSettled);
    this.sent = open.filter(({ until }) => until > now);
    const [first] = this.sent;
    this.timer = undefined;
    if (first !== undefined) this.arm(first.until - now);
    for (const command of open) if (command.until <= now) command.reject(new Error('Command timed out'));
  };
}

/** What the driver has written of a command, which begins with the number of its words, and the arguments that follow. */
function withWire(own: string | Buffer, words: number, { count, bytes }: WireArguments): Buffer {
  const rest = Buffer.from(own as string).subarray(`*${words}`.length);
  return Buffer.concat([Buffer.from(`*${words + count}`), rest, bytes]);
}
