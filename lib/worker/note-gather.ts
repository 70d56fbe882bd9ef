import type { QueueBackend, RunNote, Verdict } from '../contract/index.js';
import type { RunRecorder } from '../execution/index.js';

interface PendingNote {
  readonly note: RunNote;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: unknown) => void;
}

/** What running jobs say of themselves within one tick travels in one call: never a round trip a job. */
export class NoteGather implements RunRecorder {
  private pending: PendingNote[] = [];

  constructor(private readonly backend: Pick<QueueBackend, 'record'>) {}

  record(note: RunNote): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      if (this.pending.push({ note, resolve, reject }) === 1) queueMicrotask(() => void this.flush());
    });
  }

  private async flush(): Promise<void> {
    const { pending } = this;
    this.pending = [];
    try {
      const verdicts = await this.backend.record(pending.map(({ note }) => note));
      pending.forEach(({ resolve }, place) => resolve(verdicts[place] ?? 'unknown'));
    } catch (error) {
      for (const { reject } of pending) reject(error);
    }
  }
}
