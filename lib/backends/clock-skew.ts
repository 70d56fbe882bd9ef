import type { BackendFinding, Ms } from '../contract/index.js';

/** Below it nobody notices: moments that callers give (`scheduleAt`) are off by as much. */
const TOLERATED: Ms = 5_000;

/** A moment of the store's clock, and when it was asked for and heard of by the clock of this process. */
export interface ClockReading {
  readonly store: Ms;
  readonly askedAt: Ms;
  readonly heardAt: Ms;
}

/**
 * Due moments, leases and limits go by the clock of the store alone. A moment that a caller gives, such as `scheduleAt`, is made a delay by
 * the caller's clock, so a clock that is off makes those jobs early or late.
 */
export function clockFindings({ store, askedAt, heardAt }: ClockReading): BackendFinding[] {
  const skew = (askedAt + heardAt) / 2 - store;
  const uncertain = (heardAt - askedAt) / 2;
  if (Math.abs(skew) - uncertain <= TOLERATED) return [];
  const seconds = Math.round(Math.abs(skew) / 1_000).toLocaleString('en');
  return [
    {
      code: 'clock-skew',
      severity: 'warning',
      message: `the clock of this machine is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} that of the server, so jobs for a certain moment (\`scheduleAt\`) run as much too ${skew > 0 ? 'early' : 'late'}, and ages are shown wrong.`,
      remedy: 'Let both machines keep time by NTP.',
    },
  ];
}
