import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonOf, nestTasks, warmNestTasks } from './nest-tasks.js';
import { atShop, BROKERS, openShop, type Place, SHOP_FILE } from './shop.js';

describe.each(BROKERS)('nest-tasks schedules on $name', { timeout: 60_000 }, (broker) => {
  let place: Place;
  beforeEach(async () => {
    place = await broker.place();
    const shop = await openShop(place, false);
    await shop.scheduler.schedule({
      name: 'digest',
      task: 'send-email',
      queue: 'mails',
      cron: '0 8 * * *',
      payload: { to: 'ada@example.com' },
    });
    await shop.close();
  });
  afterEach(() => place.dispose());
  const at = (...args: string[]) => warmNestTasks([...args, ...place.address]);

  it('lists them with their next time, and disables and enables one', async () => {
    expect((await at('schedules', 'list')).out).toMatch(/^digest +send-email +0 8 \* \* \* UTC +in /m);
    expect(await at('schedules', 'disable', 'digest')).toMatchObject({
      code: 0,
      out: 'Schedule digest is disabled.\n',
    });
    expect(await at('schedules', 'disable', 'digest')).toMatchObject({
      code: 0,
      out: 'Schedule digest is already disabled.\n',
    });
    const [off] = jsonOf<{ items: { enabled: boolean }[] }>(await at('schedules', 'list', '--json')).items;
    expect(off?.enabled).toBe(false);
    expect(jsonOf(await at('schedules', 'enable', 'digest', '--json'))).toEqual({
      schedule: 'digest',
      enabled: true,
      changed: true,
    });
  });

  it('enqueues a job of one now', async () => {
    expect(await at('schedules', 'run', 'digest')).toMatchObject({ code: 2 });
    const { id } = jsonOf<{ id: string }>(await atShop(place, 'schedules', 'run', 'digest', '--json'));
    expect(jsonOf(await at('jobs', 'show', id, '--json'))).toMatchObject({
      status: 'pending',
      payload: { to: 'ada@example.com' },
    });
  });

  it('says of one that is not there that it is not', async () => {
    const [run, enable] = await Promise.all([
      atShop(place, 'schedules', 'run', 'digets'),
      at('schedules', 'enable', 'digets'),
    ]);
    expect([run.code, enable.code]).toEqual([5, 5]);
  });

  it('are found by the doctor where no process fires them, and only there', async () => {
    const codes = async (): Promise<string[]> =>
      jsonOf<{ findings: { code: string }[] }>(await at('doctor', '--json')).findings.map(({ code }) => code);
    expect(await codes()).toContain('no-scheduler');
    const shop = await openShop(place, false);
    expect(await codes()).not.toContain('no-scheduler');
    await shop.close();
  });
});

describe('nest-tasks schedules in memory', { timeout: 60_000 }, () => {
  it('says why it cannot show them', async () => {
    const { code, err } = await nestTasks(['schedules', 'list', '--app', SHOP_FILE]);
    expect(code).toBe(4);
    expect(err).toContain('in the memory of the process');
  });
});
