import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { LoopLag } from '../../../lib/metrics/loop-lag.js';

const valueOf = (lag: LoopLag, stat: string): number | undefined =>
  lag.samples().find(({ labels }) => labels['stat'] === stat)?.value;

it('The lag of the event loop is that since the latest look, and none before there was one', async () => {
  const lag = new LoopLag();
  expect(lag.samples()).toEqual(['mean', 'p99', 'max'].map((stat) => ({ labels: { stat }, value: 0 })));
  lag.start();
  onTestFinished(() => lag.stop());
  await sleep(30);
  // Nothing else has its turn meanwhile.
  for (const until = performance.now() + 120; performance.now() < until;);
  await sleep(30);
  expect(valueOf(lag, 'max')).toBeGreaterThan(0.08);
  expect(valueOf(lag, 'max')).toBeLessThan(0.08);
});
