import type { Payload } from '../../contract/index.js';

/** What NOTIFY carries is a text of less than 8,000 bytes, without NUL. */
const LONGEST = 7_900;

/** What arrives: the message, or the id of the row that holds it. */
export type Notice =
  | { readonly message: Payload; readonly row?: undefined }
  | { readonly message?: undefined; readonly row: string };

/**
 * A message as a text that NOTIFY can carry; nothing when it is too long for it.
 *
 * @param place Of the message in its transaction, in which the server tells equal texts once.
 */
export function toNotice(message: Payload, place: number): string | undefined {
  const [kind, text] = plain(message);
  const notice = `${kind}${place}:${text}`;
  return Buffer.byteLength(notice) <= LONGEST ? notice : undefined;
}

/** Back again. @returns nothing for what is none of ours: anybody can notify. */
export function fromNotice(notice: string): Notice | undefined {
  const [, row] = /^r(\d+)$/.exec(notice) ?? [];
  if (row !== undefined) return { row };
  const [, kind, text] = /^([teb])\d+:([\s\S]*)$/.exec(notice) ?? [];
  if (kind === undefined || text === undefined) return undefined;
  if (kind === 't') return { message: text };
  const bytes = Buffer.from(text, 'base64');
  return { message: kind === 'e' ? bytes.toString() : Uint8Array.from(bytes) };
}

function plain(message: Payload): readonly [kind: 't' | 'e' | 'b', text: string] {
  if (typeof message !== 'string') return ['b', Buffer.from(message).toString('base64')];
  return message.includes('\0') ? ['e', Buffer.from(message).toString('base64')] : ['t', message];
}
