import type { Payload } from '../../contract/index.js';
import { isolate } from '../isolate.js';
import { ownPayload } from './own-payload.js';

type Listener = (message: Payload) => void;

/** Who watches which channel. Messages arrive after the call that publishes them, in the order of those calls. */
export class MemoryChannels {
  private readonly channels = new Map<string, Set<Listener>>();

  get size(): number {
    return this.channels.size;
  }

  publish(channel: string, message: Payload): void {
    const watchers = this.channels.get(channel);
    if (watchers === undefined) return;
    const kept = ownPayload(message);
    const reached = [...watchers];
    queueMicrotask(() => {
      for (const listener of reached) if (watchers.has(listener)) isolate(() => listener(ownPayload(kept)));
    });
  }

  /** @returns what ends it. */
  watch(channel: string, listener: Listener): () => void {
    const watchers = this.channels.get(channel) ?? new Set();
    this.channels.set(channel, watchers);
    // Its own function for each watch: the same listener may watch twice.
    const watcher: Listener = (message) => listener(message);
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.channels.get(channel) === watchers) this.channels.delete(channel);
    };
  }

  close(): void {
    for (const watchers of this.channels.values()) watchers.clear();
    this.channels.clear();
  }
}
