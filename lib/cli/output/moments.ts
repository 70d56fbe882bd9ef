import type { Ms } from '../../contract/index.js';

const STEPS: readonly (readonly [string, Ms])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
];

/** How long, to two figures that matter: `850 ms`, `12s`, `3m 20s`, `2d 4h`. */
export function lengthOf(ms: Ms): string {
  const place = STEPS.findIndex(([, unit]) => ms >= unit);
  const step = STEPS[place];
  if (step === undefined) return `${Math.max(0, Math.round(ms))} ms`;
  const whole = Math.floor(ms / step[1]);
  const next = STEPS[place + 1];
  const rest = next === undefined ? 0 : Math.floor((ms - whole * step[1]) / next[1]);
  return rest === 0 || next === undefined ? `${whole}${step[0]}` : `${whole}${step[0]} ${rest}${next[0]}`;
}

/** How long ago, or in how long. */
export function momentOf(moment: Date | number | undefined, now = Date.now()): string {
  if (moment === undefined) return '';
  const away = Number(moment) - now;
  return away > 0 ? `in ${lengthOf(away)}` : `${lengthOf(-away)} ago`;
}
