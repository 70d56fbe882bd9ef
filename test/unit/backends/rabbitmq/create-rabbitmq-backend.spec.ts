import { describe, expect, it } from 'vitest';
import { MemoryQueueBackend } from '../../../../lib/backends/memory/memory-queue-backend.js';
import { MemoryStateBackend } from '../../../../lib/backends/memory/memory-state-backend.js';
import { createRabbitMqBackend } from '../../../../lib/backends/rabbitmq/create-rabbitmq-backend.js';
import { RABBITMQ_CAPABILITIES } from '../../../../lib/backends/rabbitmq/rabbitmq-capabilities.js';
import { type Feature, systemClock, type TaskBackend } from '../../../../lib/contract/index.js';

/** What is refused without a shared ledger, and how the warning calls it. */
const REFUSED: Readonly<Partial<Record<Feature, string>>> = {
  idempotency: 'idempotency keys',
  uniqueness: 'uniqueness',
  dependencies: 'dependencies',
  signals: 'signals',
  keyLimits: 'limits of keys',
  atomicEnqueue: 'atomic batches',
  cancel: 'cancels',
  pause: 'pauses',
};

describe('a rabbitmq entry', () => {
  const warningsOf = (state?: Pick<TaskBackend, 'queue' | 'state'>): string[] => {
    const warnings: string[] = [];
    const logger = { warn: (message: string) => void warnings.push(message) };
    const entry = { name: 'mails', type: 'rabbitmq', options: {}, clock: systemClock, logger };
    createRabbitMqBackend({ ...entry, ...(state && { state }) });
    return warnings;
  };

  it('without a ledger says once what holds within the process, what is refused, and the way out', () => {
    const [warning, ...others] = warningsOf();
    expect(others).toEqual([]);
    expect(warning).toMatch(/^Backend "mails": its ledger is in memory\./u);
    expect(warning).toContain('Results, progress, records, counts and limits hold within this process alone');
    expect(warning).toContain('Write `state` beside its type');
    for (const [feature, words] of Object.entries(REFUSED)) {
      expect(RABBITMQ_CAPABILITIES.features).toHaveProperty(feature, false);
      expect(warning).toContain(words);
    }
    expect(RABBITMQ_CAPABILITIES.records).toBe('process');
  });

  it('with one says nothing', () => {
    const shared = { queue: new MemoryQueueBackend(), state: new MemoryStateBackend() };
    expect(warningsOf(shared)).toEqual([]);
  });
});
