import { afterEach, describe, expect, it } from 'vitest';
import { findServer } from '../../servers/find-server.mjs';
import type { Broker } from '../../servers/servers.mjs';
import { rejection } from '../rejection.js';

const VARIABLES = ['SOME_URL', 'TASKS_TEST_NO_INSTALL', 'PATH'];
const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
afterEach(() => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

const said: string[] = [];
const say = (line: string): void => void said.push(line);

/** A broker that answers at the given URLs. */
const broker = (answering: readonly string[], changes: Partial<Broker> = {}): Broker => ({
  name: 'some',
  environment: 'SOME_URL',
  localUrl: 'some://local',
  packages: ['some-server'],
  service: 'some',
  serviceUrl: 'some://local',
  mend: 'Start one.',
  probe: (url) => Promise.resolve(answering.includes(url) ? '1.2.3' : undefined),
  binary: () => undefined,
  startPrivate: () => Promise.reject(new Error('There is nothing to start.')),
  ...changes,
});

describe('findServer', () => {
  it('takes the one in the environment first', async () => {
    process.env['SOME_URL'] = 'some://named';
    expect(await findServer(broker(['some://named', 'some://local']), say)).toMatchObject({
      url: 'some://named',
      version: '1.2.3',
      where: 'SOME_URL',
    });
  });

  it('takes no other for one that is named and does not answer', async () => {
    process.env['SOME_URL'] = 'some://named';
    expect((await rejection(findServer(broker(['some://local']), say))).message).toBe(
      'SOME_URL is set and no some answers there. Start one.',
    );
  });

  it('takes the one on the standard port next', async () => {
    expect(await findServer(broker(['some://local']), say)).toMatchObject({
      url: 'some://local',
      where: 'local',
    });
  });

  it('starts one of what is installed next, and ends it', async () => {
    let isStopped = false;
    const found = await findServer(
      broker(['some://private'], {
        binary: () => '/usr/bin/some-server',
        startPrivate: () =>
          Promise.resolve({ url: 'some://private', stop: async () => void (isStopped = true) }),
      }),
      say,
    );
    expect(found).toMatchObject({ url: 'some://private', version: '1.2.3', where: 'private' });
    await found.stop();
    expect(isStopped).toBe(true);
  });

  it('says what mends it when there is no way', async () => {
    process.env['TASKS_TEST_NO_INSTALL'] = '1';
    const without = broker([], { service: 'there-is-no-such-service' });
    expect((await rejection(findServer(without, say))).message).toBe(
      'There is no some server for the tests, and none could be started. Start one.',
    );
    expect(said.filter((line) => line.includes('apt-get'))).toEqual([]);
  });
});
