import { describe, expect, it } from 'vitest';
import { OptionalPeer } from '../../../lib/backends/optional-peer.js';
import { MissingPeerError } from '../../../lib/errors/index.js';
import { rejection } from '../rejection.js';

const ABSENT = 'nestjs-tasks-absent-peer';
const range = '^6.0.0';
const neededBy = 'The redis backend';

/** As a broken or a missing package does: Node names another package, or this one. */
const failsWith =
  (error: Error): (() => Promise<never>) =>
  () =>
    Promise.reject(error);
const absent = new OptionalPeer({
  name: ABSENT,
  range,
  neededBy,
  load: failsWith(new Error(`Cannot find package '${ABSENT}'`)),
});

describe('OptionalPeer', () => {
  it('gives the package that is installed', async () => {
    const peer = new OptionalPeer({ name: 'rxjs', range, neededBy, load: () => import('rxjs') });
    expect(() => peer.assertInstalled()).not.toThrow();
    expect(await peer.load()).toBe(await import('rxjs'));
  });

  it('loads nothing before it is asked to', () => {
    let loads = 0;
    new OptionalPeer({ name: 'rxjs', range, neededBy, load: async () => ++loads }).assertInstalled();
    expect(loads).toBe(0);
  });

  it('says at construction what is missing, for what, and how to install it', () => {
    expect(() => absent.assertInstalled()).toThrow(new MissingPeerError(ABSENT, range, neededBy));
    expect(() => absent.assertInstalled()).toThrow(
      `The redis backend needs the package "${ABSENT}", which is not installed: npm install "${ABSENT}@^6.0.0"`,
    );
  });

  it('says the same when it is loaded', async () => {
    const error = await rejection<MissingPeerError>(absent.load());
    expect(error).toBeInstanceOf(MissingPeerError);
    expect(error).toMatchObject({
      code: 'TASKS_MISSING_PEER',
      peer: ABSENT,
      range,
      install: `npm install "${ABSENT}@^6.0.0"`,
      cause: expect.objectContaining({ message: expect.stringContaining(ABSENT) }),
    });
  });

  it('does not call missing what is there and fails while it is loaded', async () => {
    const broken = new Error("Cannot find package 'something-else'");
    const peer = new OptionalPeer({ name: 'rxjs', range, neededBy, load: failsWith(broken) });
    expect(await rejection(peer.load())).toBe(broken);
  });
});
