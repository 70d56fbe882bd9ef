import { describe, expect, it, vi } from 'vitest';
import type { JobRecord, QueueBackend } from '../../../lib/contract/index.js';
import { RecordReader } from '../../../lib/state/index.js';

const backendOf = () => ({
  get: vi.fn<QueueBackend['get']>(async (refs) =>
    refs.map(({ id }) => (id === 'none' ? undefined : ({ id } as JobRecord))),
  ),
});
const ref = (id: string) => ({ queue: 'default', id });

describe('RecordReader', () => {
  it('reads what is asked for within one tick in one call', async () => {
    const backend = backendOf();
    const reader = new RecordReader(backend);
    const records = await Promise.all(['a', 'none', 'b'].map((id) => reader.get(ref(id))));
    expect(records).toEqual([{ id: 'a' }, undefined, { id: 'b' }]);
    expect(backend.get).toHaveBeenCalledTimes(1);
    await reader.get(ref('c'));
    expect(backend.get).toHaveBeenCalledTimes(2);
  });

  it('fails everyone of a call that fails, and goes on', async () => {
    const backend = backendOf();
    const reader = new RecordReader(backend);
    backend.get.mockRejectedValueOnce(new Error('down'));
    const outcomes = await Promise.allSettled([reader.get(ref('a')), reader.get(ref('b'))]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(reader.get(ref('a'))).resolves.toEqual({ id: 'a' });
  });
});
