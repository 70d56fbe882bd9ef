import { describe, expect, it } from 'vitest';
import { TaskValidationError } from '../../../lib/errors/index.js';
import { rejection } from '../rejection.js';
import { QueueStage } from './queue-stage.js';

/** Two queues, in the order of their declaration on different backends, with a job of the same id each. */
const twins = async () => {
  const { side } = await QueueStage.open({
    backends: [{ name: 'one' }, { name: 'two' }],
    queues: [{ name: 'late', backend: 'one' }],
  });
  for (const queue of ['late', 'two']) await side.manager.enqueue('echo', queue, { id: 'mine', queue });
  return side;
};

describe('An id that several queues have', () => {
  it.each(['get', 'cancel', 'delete'] as const)('is refused by %s, naming the queues', async (call) => {
    const { manager } = await twins();
    const error = await rejection<TaskValidationError>(manager[call]('mine'));
    expect(error).toBeInstanceOf(TaskValidationError);
    expect(error.message).toContain('Job "mine" is on the queues "two" and "late"');
    expect(error.issues).toMatchObject([{ path: 'queue' }]);
  });

  it('cancels and deletes none where it was refused', async () => {
    const { manager } = await twins();
    await rejection(manager.cancel('mine'));
    await rejection(manager.delete('mine'));
    expect(await manager.get('mine', 'two')).toMatchObject({ status: 'pending', payload: 'two' });
    expect(await manager.get('mine', 'late')).toMatchObject({ status: 'pending', payload: 'late' });
  });

  it('means the job of the queue that the call names', async () => {
    const { manager } = await twins();
    expect(await manager.cancel('mine', 'enough', 'late')).toBe(true);
    expect(await manager.delete('mine', 'two')).toBe(true);
    expect(await manager.get('mine')).toMatchObject({ queue: 'late', status: 'cancelled' });
  });
});
