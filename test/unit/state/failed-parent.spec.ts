import { describe, expect, it, vi } from 'vitest';
import type { JobSnapshot } from '../../../lib/queue/index.js';
import { QueueStage } from '../queue/queue-stage.js';
import { rejection } from '../rejection.js';

/** A job that depends on a first one, which has completed, and on a second one. */
async function family() {
  const stage = await QueueStage.open();
  const first = await stage.queue.enqueue('first');
  await stage.run({ kind: 'completed' });
  const second = await stage.queue.enqueue('second');
  const child: JobSnapshot = await stage.queue.enqueue('child', 1, { dependsOn: [first, second] });
  return { stage, first, second, child };
}

describe('A job of several dependencies that was cancelled because of one', () => {
  it('names the one that failed, though it is not the first', async () => {
    const { stage, second, child } = await family();
    const waiting = rejection(child.result());
    await stage.fail();
    await stage.clock.advance(5_000);
    expect(await waiting).toMatchObject({ code: 'TASKS_DEPENDENCY_FAILED', jobId: second.id });
    await expect(stage.side.results.wait(child.id)).rejects.toMatchObject({ jobId: second.id });
  });

  it('names the one that was cancelled', async () => {
    const { second, child } = await family();
    await second.cancel();
    await expect(child.result()).rejects.toMatchObject({ jobId: second.id });
  });

  it('names the one that is gone, where the others that are left completed', async () => {
    const { stage, second, child } = await family();
    await stage.queue.delete(second.id);
    await expect(child.result()).rejects.toMatchObject({ jobId: second.id });
  });

  it('names the first where nobody can be asked', async () => {
    const { stage, first, second, child } = await family();
    await second.cancel();
    const get = stage.backend.queue.get.bind(stage.backend.queue);
    vi.spyOn(stage.backend.queue, 'get').mockImplementation((refs) =>
      refs.some(({ id }) => id === second.id) ? Promise.reject(new Error('away')) : get(refs),
    );
    await expect(child.result()).rejects.toMatchObject({ code: 'TASKS_DEPENDENCY_FAILED', jobId: first.id });
  });
});
