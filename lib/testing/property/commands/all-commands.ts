import type { Arbitrary } from 'fast-check';
import { type Feature, JOB_STATES, type Outcome } from '../../../contract/index.js';
import type { FastCheck } from '../fast-check.js';
import { AdvanceCommand } from './advance-command.js';
import { CancelCommand } from './cancel-command.js';
import { ClaimCommand, type SettleWish } from './claim-command.js';
import type { Command } from './command.js';
import { DeclareCommand } from './declare-command.js';
import { EnqueueCommand, type Identity, type Wish } from './enqueue-command.js';
import { ExtendCommand } from './extend-command.js';
import { PauseCommand } from './pause-command.js';
import { RecordCommand } from './record-command.js';
import { ClearCommand, RemoveCommand } from './remove-command.js';
import { ReplayCommand } from './replay-command.js';
import { AWAITED, SIGNALS, SignalCommand } from './signal-command.js';
import { KEYS } from '../world.js';

const IDENTITIES: readonly Identity[] = [
  'none',
  'none',
  'none',
  'repeat',
  'idempotent-brief',
  'idempotent-long',
  'idempotent-long',
  'keep-first',
  'replace',
  'throttle',
  'debounce',
  'dependent',
  'dependent',
  'dependent',
];

const OUTCOMES: readonly Outcome['kind'][] = [
  'completed',
  'failed',
  'retry',
  'released',
  'released',
  'released',
  'cancelled',
];

const often = <T>(times: number, one: T): T[] => Array.from({ length: times }, () => one);

/** Every command of the model, those that there is more to learn from more often. */
export function allCommands(fc: FastCheck, unsupported: readonly Feature[]): Arbitrary<Command>[] {
  const pick = fc.nat(999);
  const lane = fc.nat(3);
  const wish: Arbitrary<Wish> = fc.record({
    lane,
    priority: fc.constantFrom(5, 5, 5, 0, 9, 20),
    delay: fc.constantFrom(0, 0, 0, 1, 2, 4),
    key: fc.constantFrom(...KEYS),
    identity: fc.constantFrom(...IDENTITIES),
    maxRetries: fc.nat(3),
    maxStalled: fc.constantFrom(3, 3, 0, 1, 2),
    pick,
  });
  const settle: Arbitrary<SettleWish> = fc.record({
    run: pick,
    kind: fc.constantFrom(...OUTCOMES),
    delay: fc.constantFrom(0, 0, 1, 2),
    countAttempt: fc.boolean(),
    awaits: unsupported.includes('signals')
      ? fc.constant(undefined)
      : fc.constantFrom(undefined, undefined, ...AWAITED),
    spawn: fc.option(wish, { nil: undefined, freq: 8 }),
  });
  const lease = fc.constantFrom(1, 2, 3, 30);
  const take = fc.record({ lane, limit: fc.nat(4) });
  const claim = fc
    .tuple(
      fc.array(settle, { maxLength: 3 }),
      fc.array(take, { maxLength: 3 }),
      lease,
      fc.constantFrom('ada', 'bob'),
    )
    .map((words) => new ClaimCommand(...words));
  const enqueue = fc.array(wish, { minLength: 1, maxLength: 4 }).map((wishes) => new EnqueueCommand(wishes));
  const crowd = fc
    .tuple(wish, fc.integer({ min: 3, max: 8 }))
    .map(
      ([one, size]) =>
        new EnqueueCommand(Array.from({ length: size }, () => ({ ...one, identity: 'none' as const }))),
    );
  const value = fc.record({
    payload: fc.constantFrom('"yes"', '"no"', Uint8Array.of(0, 255, 10), undefined),
    codec: fc.constantFrom('json', 'msgpack'),
  });
  const signal = fc
    .tuple(pick, fc.constantFrom(...AWAITED, ...SIGNALS), value)
    .map((words) => new SignalCommand(...words));
  const advance = fc.constantFrom(1, 1, 1, 2, 3).map((units) => new AdvanceCommand(units));
  const cancel = fc
    .tuple(pick, fc.constantFrom('no need', 'too late'))
    .map((words) => new CancelCommand(...words));
  const pause = fc.tuple(lane, fc.boolean()).map((words) => new PauseCommand(...words));
  return [
    ...often(4, enqueue),
    ...often(2, crowd),
    ...often(6, claim),
    ...often(3, advance),
    fc
      .tuple(fc.array(pick, { minLength: 1, maxLength: 4 }), lease)
      .map((words) => new ExtendCommand(...words)),
    ...often(
      2,
      pick.map((run) => new RecordCommand(run)),
    ),
    fc.tuple(lane, fc.integer({ min: 1, max: 4 })).map((words) => new DeclareCommand(...words)),
    fc.tuple(pick, fc.constantFrom(0, 0, 2)).map((words) => new ReplayCommand(...words)),
    fc.array(pick, { minLength: 1, maxLength: 3 }).map((picks) => new RemoveCommand(picks)),
    fc
      .tuple(lane, fc.subarray([...JOB_STATES], { minLength: 1, maxLength: 2 }))
      .map((words) => new ClearCommand(...words)),
    ...(unsupported.includes('signals') ? [] : often(3, signal)),
    ...(unsupported.includes('cancel') ? [] : [cancel]),
    ...(unsupported.includes('pause') ? [] : [pause]),
  ];
}
