import { oneLine } from '../config/index.js';

/** What a reply of a server, or an error of its driver, means. */
export interface DriverTrouble {
  readonly pattern: RegExp;
  /** In plain words. */
  readonly reason: string;
  /** What to do, where that is more than calling again. */
  readonly remedy?: string;
}

/** What is wrong with a certificate, which a driver tells as Node's TLS does. @param who has it, in messages */
export function certificateTroubles(who: 'server' | 'broker'): readonly DriverTrouble[] {
  return [
    {
      pattern: /certificate's altnames/,
      reason: `the certificate of the ${who} is for another host`,
      remedy: `The ${who}'s certificate is for other names: use one of them as the host, or give it in \`options.tls.servername\`.`,
    },
    {
      pattern: /certificate|self.signed/i,
      reason: `the certificate of the ${who} is not trusted`,
      remedy: `Give the certificate of the ${who}'s authority in \`options.tls.ca\`.`,
    },
  ];
}

/** Letters of a reply that a message shows. */
const LONGEST = 200;

/** What a driver said, as a message can quote it: a reply may hold what others have written. */
export function inLine(text: string): string {
  const line = oneLine(text).replace(/\.$/u, '');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
