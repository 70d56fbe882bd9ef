import type { ResolvedBackend } from '../config/index.js';
import type { OutboxStore, TaskBackend } from '../contract/index.js';
import type { OutboxDoor } from '../state/index.js';

/** The outbox of one backend. */
interface OutboxLink {
  /** The backend that it lies in. */
  readonly outbox: string;
  readonly store: OutboxStore;
  readonly door: OutboxDoor;
}

/** The outbox of each backend that has one, by the backend's name. */
export function outboxesOf(
  options: { readonly backends: readonly ResolvedBackend[] },
  backends: ReadonlyMap<string, TaskBackend>,
): ReadonlyMap<string, OutboxLink> {
  const links = new Map<string, OutboxLink>();
  for (const { name, outbox } of options.backends) {
    const store = outbox === undefined ? undefined : backends.get(outbox)?.outbox;
    if (outbox === undefined || store === undefined) continue;
    links.set(name, { outbox, store, door: { add: (jobs, tx) => store.add(name, jobs, tx) } });
  }
  return links;
}
