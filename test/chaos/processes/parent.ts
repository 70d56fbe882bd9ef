import type { Order, Pulse } from './settings.js';

const PULSE_MS = 100;

/** Tells the parent how this process fares, and takes its orders. A process that has lost its parent ends. */
export function answerParent(
  pulse: () => Omit<Pulse, 'heapUsed' | 'handles'>,
  onOrder: (order: Order) => void,
): void {
  const timer = setInterval(() => {
    const { heapUsed } = process.memoryUsage();
    const said: Pulse = { ...pulse(), heapUsed, handles: process.getActiveResourcesInfo().length };
    process.send?.(said, undefined, {}, () => undefined);
  }, PULSE_MS);
  timer.unref();
  process.on('message', (order) => onOrder(order as Order));
  process.on('disconnect', orphaned);
  process.send?.('ready');
}

/** Ends this process by itself, once nothing is left to do. */
export function leaveParent(): void {
  process.off('disconnect', orphaned);
  process.disconnect();
}

function orphaned(): void {
  process.exit(1);
}
