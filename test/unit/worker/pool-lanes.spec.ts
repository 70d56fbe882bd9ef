import { describe, expect, it } from 'vitest';
import { PoolDesk } from './pool-desk.js';

/** A pool with one slot that notes the queue of each job that it runs. */
function oneSlot(...queues: readonly string[]) {
  const desk = new PoolDesk({ workerCount: 1, maxConcurrentTasks: 1, backends: { memory: queues } });
  const ran: string[] = [];
  desk.handle((_, { job }) => void ran.push(job.queue));
  return { desk, ran };
}

describe('the lanes of a pool', () => {
  it('serve urgent first', async () => {
    const { desk, ran } = oneSlot('urgent', 'default', 'bulk');
    for (const queue of ['bulk', 'default', 'urgent']) await desk.enqueue(queue, 2);
    await desk.start();
    expect(ran).toEqual(['urgent', 'urgent', 'default', 'default', 'bulk', 'bulk']);
  });

  it('let an urgent job overtake what waits, the next time a slot is free', async () => {
    const desk = new PoolDesk({ workerCount: 1, maxConcurrentTasks: 1 });
    const { begun, end } = desk.handleByHand();
    await desk.enqueue('default', 3);
    await desk.start();
    const [urgent] = await desk.enqueue('urgent');
    await end(begun[0]!);
    expect(begun[1]).toBe(urgent);
  });

  it('never starve bulk behind urgent work without end, nor urgent behind bulk', async () => {
    const { desk, ran } = oneSlot('urgent', 'default', 'bulk');
    await desk.enqueue('urgent', 400);
    await desk.enqueue('bulk', 400);
    await desk.start();
    while (ran.length < 400) await desk.settle();
    const first = ran.slice(0, 400);
    expect(first.filter((queue) => queue === 'bulk').length).toBeGreaterThanOrEqual(19);
    expect(first.filter((queue) => queue === 'urgent').length).toBeGreaterThanOrEqual(370);
  });

  it('never starve any of the middle behind urgent work without end', async () => {
    const { desk, ran } = oneSlot('urgent', 'default', 'reports');
    for (const queue of ['urgent', 'default', 'reports']) await desk.enqueue(queue, 400);
    await desk.start();
    while (ran.length < 400) await desk.settle();
    const counts = ['default', 'reports'].map(
      (wanted) => ran.slice(0, 400).filter((queue) => queue === wanted).length,
    );
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(9);
  });

  it('never starve bulk behind the middle', async () => {
    const { desk, ran } = oneSlot('default', 'bulk');
    await desk.enqueue('default', 400);
    await desk.enqueue('bulk', 400);
    await desk.start();
    while (ran.length < 400) await desk.settle();
    expect(ran.slice(0, 400).filter((queue) => queue === 'bulk').length).toBeGreaterThanOrEqual(19);
  });
});

describe('a claim of a pool at rest', () => {
  /** What the claims of a pool look at from now on. */
  function looksOf(desk: PoolDesk) {
    const looks: string[][] = [];
    desk.memory.queue.each('claim', (call, { take }) => {
      if (take.length > 0) looks.push(take.map(({ queue }) => queue));
      return call();
    });
    return looks;
  }

  async function atRest() {
    const desk = new PoolDesk();
    desk.handle(() => undefined);
    await desk.start();
    return { desk, looks: looksOf(desk) };
  }

  it('looks at the queue that has announced a job, and at no other', async () => {
    const { desk, looks } = await atRest();
    const [id] = await desk.enqueue('bulk');
    await desk.settle();
    expect(looks[0]).toEqual(['bulk']);
    expect(await desk.state(id!)).toBe('completed');
  });

  it('looks at all that have, in the order of their lanes', async () => {
    const { desk, looks } = await atRest();
    await desk.enqueue('bulk');
    await desk.enqueue('urgent');
    await desk.settle();
    expect(looks[0]).toEqual(['urgent', 'bulk']);
  });

  it("looks as well where a job has ended whose end it brings along: its slot may be the next one's", async () => {
    const desk = new PoolDesk();
    const { end } = desk.handleByHand();
    await desk.start();
    const [running] = await desk.enqueue('bulk');
    await desk.settle();
    const looks = looksOf(desk);
    await desk.enqueue('urgent');
    await end(running!);
    expect(looks[0]).toEqual(['urgent', 'bulk']);
  });

  it('looks everywhere where a job has not completed: those that depend on it may have ended on any queue', async () => {
    const desk = new PoolDesk();
    const { running } = desk.handleByHand();
    await desk.start();
    const [failing] = await desk.enqueue('bulk');
    await desk.settle();
    const looks = looksOf(desk);
    await desk.enqueue('urgent');
    running.get(failing!)?.reject(new Error('down'));
    await desk.settle();
    expect(looks[0]).toEqual(['urgent', 'default', 'bulk']);
  });

  it('has what is due on a queue that does not announce it, whatever others announce', async () => {
    const { desk } = await atRest();
    const [late] = await desk.enqueue('bulk', 1, { delay: 200 });
    await desk.settle();
    for (let time = 0; time < 4; time++) {
      await desk.enqueue('default');
      await desk.settle();
      await desk.clock.advance(50);
    }
    await desk.settle();
    expect(await desk.state(late!)).toBe('completed');
  });
});
