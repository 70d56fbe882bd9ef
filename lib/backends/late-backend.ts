import type {
  BackendSubscription,
  OutboxStore,
  QueueBackend,
  StateBackend,
  StateSubscription,
  TaskBackend,
} from '../contract/index.js';
import { BackendUnavailableError } from '../errors/index.js';
import { QUEUE_MEMBERS, STATE_MEMBERS } from './assert-backend.js';
import { refusingBackend } from './refusing-backend.js';

type Subscribed = Parameters<QueueBackend['subscribe']>;
type Watched = Parameters<StateBackend['watch']>;

/** Who asked to be told something before there was anybody to tell it. */
interface Waiting {
  begin(): void;
}

/** The boot has told in its warnings what is wrong. */
const NOT_YET = 'it was not there when this process started, and is tried again by itself';

/**
 * A backend that an app is built on before it is there. Until it is admitted its calls are refused as `not-sent`; a claim
 * finds nothing, and who subscribes or watches is connected then. Afterwards it is the backend itself, call by call.
 */
export class LateBackend implements TaskBackend {
  readonly queue: QueueBackend;
  readonly state: StateBackend;
  private readonly waiting = new Set<Waiting>();
  private isAdmitted = false;

  constructor(
    name: string,
    private readonly own: TaskBackend,
  ) {
    const refusing = refusingBackend(
      own.queue.capabilities,
      () => new BackendUnavailableError(name, 'not-sent', { reason: NOT_YET }),
    );
    const { queue, state } = refusing;
    this.queue = {
      ...queue,
      get capabilities() {
        return own.queue.capabilities;
      },
      declare: (queues) => own.queue.declare(queues),
      close: () => own.queue.close(),
      // An idle worker asks for work all the time: an error each time would tell what was told when the app booted.
      claim: (request) =>
        (request.settle?.length ?? 0) > 0
          ? queue.claim(request)
          : Promise.resolve({ jobs: [], verdicts: [] }),
      subscribe: (...subscribed) => this.subscribeLater(subscribed),
    };
    this.state = {
      ...state,
      close: () => own.state.close(),
      index: (key) => later(() => (this.isAdmitted ? own : refusing).state.index(key)),
      watch: (...watched) => Promise.resolve(this.watchLater(watched)),
    };
  }

  /** Its calls fail by themselves until the database is there. */
  get outbox(): OutboxStore | undefined {
    return this.own.outbox;
  }

  /** It is open: from now on every call goes through. */
  admit(): void {
    this.isAdmitted = true;
    passThrough(this.queue, this.own.queue, QUEUE_MEMBERS);
    passThrough(this.state, this.own.state, STATE_MEMBERS);
    for (const one of this.waiting) one.begin();
    this.waiting.clear();
  }

  private subscribeLater([queue, options, onAvailable]: Subscribed): BackendSubscription {
    let { demand } = options;
    let real: BackendSubscription | undefined;
    const waiting = {
      begin: () => {
        real = this.own.queue.subscribe(queue, { demand }, onAvailable);
        onAvailable();
      },
    };
    this.waiting.add(waiting);
    return {
      setDemand: (next) => {
        demand = next;
        real?.setDemand(next);
      },
      close: () => {
        this.waiting.delete(waiting);
        real?.close();
      },
    };
  }

  private watchLater([channel, listener, onReconnect]: Watched): StateSubscription {
    let real: Promise<StateSubscription | undefined> | undefined;
    const waiting = {
      begin: () => {
        // Who watches looks for itself as well: without the push it learns late, and not never.
        real = this.own.state.watch(channel, listener, onReconnect).catch(() => undefined);
        void real.then(onReconnect);
      },
    };
    this.waiting.add(waiting);
    return {
      close: async () => {
        this.waiting.delete(waiting);
        await (await real)?.close();
      },
    };
  }
}

/** Puts the members of the backend itself in the place of those that refuse. */
function passThrough(
  front: QueueBackend | StateBackend,
  own: QueueBackend | StateBackend,
  members: Readonly<Record<string, 'object' | 'function'>>,
): void {
  const source = own as unknown as Record<string, unknown>;
  for (const [member, kind] of Object.entries(members)) {
    if (kind !== 'function') continue;
    const call = source[member] as (...args: unknown[]) => unknown;
    Object.defineProperty(front, member, { value: call.bind(own), writable: true, enumerable: true });
  }
}

/** An index that is looked up at each call. */
function later(index: () => ReturnType<StateBackend['index']>): ReturnType<StateBackend['index']> {
  return {
    add: (members) => index().add(members),
    remove: (members) => index().remove(members),
    range: (options) => index().range(options),
    count: () => index().count(),
  };
}
