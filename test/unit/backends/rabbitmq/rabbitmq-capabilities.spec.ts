import { describe, expect, it } from 'vitest';
import { MEMORY_CAPABILITIES } from '../../../../lib/backends/memory/memory-capabilities.js';
import {
  RABBITMQ_CAPABILITIES,
  rabbitMqCapabilities,
} from '../../../../lib/backends/rabbitmq/rabbitmq-capabilities.js';
import type { Capabilities } from '../../../../lib/contract/index.js';

const shared = (more: Partial<Capabilities> = {}): Capabilities => ({
  ...MEMORY_CAPABILITIES,
  durability: 'crash',
  scope: 'fleet',
  records: 'fleet',
  features: { ...MEMORY_CAPABILITIES.features, transactions: true },
  ...more,
});

const lackedBy = ({ features }: Capabilities) =>
  Object.entries(features).flatMap(([feature, has]) => (has ? [] : feature));

describe('over a ledger that all share', () => {
  it('lacks what no broker that moves jobs can keep, and nothing else', () => {
    expect(lackedBy(rabbitMqCapabilities(shared(), 'classic')).toSorted()).toEqual([
      'fairness',
      'ledger',
      'transactions',
    ]);
  });

  it('lacks what the ledger lacks', () => {
    const ledger = shared({ features: { ...MEMORY_CAPABILITIES.features, signals: false } });
    expect(lackedBy(rabbitMqCapabilities(ledger, 'classic'))).toContain('signals');
  });

  it.each([
    ['none', 'quorum', 'none'],
    ['process', 'quorum', 'process'],
    ['crash', 'classic', 'crash'],
    ['crash', 'quorum', 'crash'],
    ['replicated', 'classic', 'crash'],
    ['replicated', 'quorum', 'replicated'],
  ] as const)('is as durable as the weaker of both: %s and %s', (durability, queueType, expected) => {
    expect(rabbitMqCapabilities(shared({ durability }), queueType).durability).toBe(expected);
  });

  it('delays for as long as the ledger does', () => {
    expect(rabbitMqCapabilities(shared({ maxDelay: 77 }), 'classic').maxDelay).toBe(77);
  });

  it.each([
    [50, 50],
    [10_000, 500],
  ])('gathers %i jobs of the ledger a call as %i', (enqueueBatch, expected) => {
    expect(rabbitMqCapabilities(shared({ enqueueBatch }), 'classic').enqueueBatch).toBe(expected);
  });
});

describe('over a ledger in memory', () => {
  it('lacks what would hold within one process alone', () => {
    expect(lackedBy(RABBITMQ_CAPABILITIES).toSorted()).toEqual([
      'atomicEnqueue',
      'cancel',
      'claimById',
      'dependencies',
      'fairness',
      'idempotency',
      'keyLimits',
      'ledger',
      'pause',
      'signals',
      'transactions',
      'uniqueness',
    ]);
  });

  it.each([
    ['classic', 'crash'],
    ['quorum', 'replicated'],
  ] as const)('keeps jobs as a %s queue of the broker does: %s', (queueType, durability) => {
    expect(rabbitMqCapabilities(MEMORY_CAPABILITIES, queueType).durability).toBe(durability);
  });

  it('reaches the fleet with jobs, and the process with records', () => {
    expect(RABBITMQ_CAPABILITIES).toMatchObject({ scope: 'fleet', records: 'process', order: 'best-effort' });
  });

  it('delays for 310 days, as long as the ladder of the broker', () => {
    expect(Math.floor(RABBITMQ_CAPABILITIES.maxDelay / 86_400_000)).toBe(310);
  });
});
