import { isPlainObject, type TaskContextCarriers } from '../context/index.js';
import { InvalidOptionError, TaskContextError } from '../errors/index.js';
import { RESERVED_HEADERS } from './firing-headers.js';

/** Bytes of all names and values of a job together: they travel with it through every broker, some of which bound them. */
const MOST_BYTES = 4_096;
/** Well-formed text, since brokers carry headers as UTF-8, and nothing that could forge a line of a log. */
const NAME = /^[^\p{Cc}\p{Cs}]{1,128}$/u;
const VALUE = /^[^\p{Cc}\p{Cs}]*$/u;

/**
 * Checks the headers of one call and gives a copy of them; undefined when there are none.
 * @throws InvalidOptionError for what is no plain object of texts, a name that is reserved or cannot be used, and too much
 */
export function readHeaders(given: unknown): Readonly<Record<string, string>> | undefined {
  if (!isPlainObject(given)) throw invalid('headers', 'must be a plain object of texts');
  const headers: Record<string, string> = {};
  let bytes = 0;
  for (const name of Object.keys(given)) {
    const value = (given as Readonly<Record<string, unknown>>)[name];
    assertName(name);
    if (typeof value !== 'string') throw invalid(`headers.${name}`, 'must be a text');
    if (!VALUE.test(value)) {
      throw invalid(`headers.${name}`, 'must be well-formed text without control characters');
    }
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    headers[name] = value;
  }
  if (bytes > MOST_BYTES) throw invalid('headers', `have ${bytes} bytes; ${MOST_BYTES} are allowed`);
  return bytes === 0 ? undefined : headers;
}

/**
 * The headers of a call together with the context that it is made in; what the call says itself goes before.
 * @param own Checked.
 * @throws TaskContextError when a carrier fails, or the context does not fit into headers
 */
export function withContext(
  own: Readonly<Record<string, string>> | undefined,
  carriers: TaskContextCarriers,
): Readonly<Record<string, string>> | undefined {
  const captured = carriers.capture();
  if (captured === undefined) return own;
  try {
    return readHeaders(own === undefined ? captured : { ...captured, ...own });
  } catch (cause) {
    const { message } = cause as InvalidOptionError;
    throw new TaskContextError(`The context of the call cannot travel as headers. ${message}`, { cause });
  }
}

function assertName(name: string): void {
  if (name === '__proto__' || !NAME.test(name)) {
    const shown = JSON.stringify(name.slice(0, 40));
    throw invalid('headers', `${shown} cannot be a name: 1 to 128 characters without control characters`);
  }
  if (RESERVED_HEADERS.includes(name)) {
    throw invalid(`headers.${name}`, 'is reserved for what jobs are marked with themselves');
  }
}

function invalid(path: string, message: string): InvalidOptionError {
  return new InvalidOptionError([{ path, message }]);
}
