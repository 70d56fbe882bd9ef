import { HttpException } from '@nestjs/common';
import { isInstance, JobRefusedError } from '../../errors/index.js';

/** Statuses by which a guard says no; any other, such as 429, says that another run may be let in. */
const OF_GUARDS: readonly number[] = [401, 403];

/** Statuses by which a pipe says that the payload is wrong. */
const OF_PIPES: readonly number[] = [400, 422];

/**
 * Which exceptions were a "no" of a guard or a pipe. They pass interceptors and filters as what they are, as in a request, and
 * only then become the error that makes a dead letter of the job.
 */
export class Refusals {
  private readonly known = new WeakMap<object, 'guard' | 'pipe'>();

  constructor(private readonly where: string) {}

  /** Notes what a guard or a pipe threw, if it was a refusal. */
  note(by: 'guard' | 'pipe', exception: unknown): void {
    if (!isInstance(exception, HttpException)) return;
    const statuses = by === 'guard' ? OF_GUARDS : OF_PIPES;
    if (statuses.includes(exception.getStatus())) this.known.set(exception, by);
  }

  /** The error that the run ends with. */
  verdictOn(thrown: unknown): unknown {
    const by = typeof thrown === 'object' && thrown !== null ? this.known.get(thrown) : undefined;
    if (by === undefined) return thrown;
    const what = by === 'guard' ? 'job' : 'payload';
    const message = `A ${by} of ${this.where} refused the ${what}: ${reasonOf(thrown as HttpException)}`;
    return new JobRefusedError(by, message, { cause: thrown });
  }
}

/** `ValidationPipe` leaves what is wrong in the response, as a list; the message only says "Bad Request Exception". */
function reasonOf(exception: HttpException): string {
  const response = exception.getResponse();
  const { message } = typeof response === 'object' ? (response as { message?: unknown }) : {};
  if (Array.isArray(message)) return message.map(String).join('; ');
  return typeof message === 'string' ? message : exception.message;
}
