import { setTimeout as sleep } from 'node:timers/promises';
import { DeadLetterQueue, type JobRecord } from 'nestjs-tasks';
import { type Fault, prove } from '../harness/fault.js';

const JOBS = 150;
const LATEST_MS = 120;
const REPLAYS = 10;

/** Jobs are cancelled at any moment: before they run, while they run, as they end. */
export const cancelRaces: Fault = {
  name: 'cancels at any moment',
  fire: async (run) => {
    const { queue } = run.observer;
    const cancelOne = async (place: number): Promise<readonly [boolean, JobRecord]> => {
      const id = await run.enqueue(place % 3 === 0 ? 'later' : 'slow', run.random.below(150));
      await sleep(run.random.below(LATEST_MS));
      const isCancelled = await queue.cancel(id, 'race');
      return [isCancelled, await run.observer.finished(id)];
    };
    const ends = await Promise.all(Array.from({ length: JOBS }, (_, place) => cancelOne(place)));
    const tooLate = ends.filter(([isCancelled]) => !isCancelled);
    const cancelled = ends.filter(([, { state }]) => state === 'cancelled');
    prove(cancelled.length > 0, 'nothing was cancelled');
    prove(
      tooLate.every(([, { state }]) => state === 'completed'),
      'a job that was said to be finished was not',
    );
    return `${cancelled.length} of ${JOBS} cancelled, ${tooLate.length} were told that it was too late`;
  },
};

/** A dead letter is retried by ten people at once. */
export const replayRace: Fault = {
  name: 'a dead letter retried ten times at once',
  fire: async (run) => {
    const { id, state, payload } = await run.job('hopeless');
    prove(state === 'failed', `it is ${state}`);
    const corrected = { ...(JSON.parse(String(payload)) as object), kind: 'plain' };
    const deadLetters = run.observer.get(DeadLetterQueue);
    const retried = await Promise.all(
      Array.from({ length: REPLAYS }, () => deadLetters.retry(id, { payload: corrected })),
    );
    const taken = retried.filter((job) => job !== null).length;
    prove(taken === 1, `${taken} retries were taken`);
    const after = await run.observer.finished(id);
    prove(
      after.state === 'completed' && after.replays === 1,
      `it is ${after.state}, replayed ${after.replays} times`,
    );
    return `one retry of ${REPLAYS} was taken`;
  },
};
