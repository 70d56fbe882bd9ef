import { type Line, readJournal } from '../processes/journal.js';

/** All that the processes of a run have written down, job by job. */
export class History {
  /** Calls that were about to be made. */
  readonly tried = new Set<string>();
  /** Ids that were accepted, by call. */
  readonly accepted = new Map<string, string>();
  private readonly asked = new Map<string, { readonly at: number; readonly delay: number }>();
  /** Ids under which calls ran. */
  readonly idsOfCall = new Map<string, Set<string>>();
  readonly starts = new Map<string, Line[]>();
  readonly effects = new Map<string, Line[]>();
  readonly verdicts = new Map<string, Line[]>();
  /** Ids that calls with an idempotency key were given, by key. */
  readonly idsOfKey = new Map<string, Set<string>>();
  /** Refusals and unknown outcomes, by code. */
  readonly troubles = new Map<string, number>();
  /** Ends of runs, those that were told that their lease is lost included. */
  readonly ends = new Map<string, Line[]>();

  static read(paths: readonly string[]): History {
    const history = new History();
    for (const path of paths) for (const line of readJournal(path)) history.add(line);
    return history;
  }

  add(line: Line): void {
    const { kind, call, id, note } = line;
    switch (kind) {
      case 'try':
        this.tried.add(call);
        if (note !== '') this.asked.set(call, { at: line.at, delay: Number(note) });
        break;
      case 'ok':
        this.accepted.set(call, id);
        if (note !== '') into(this.idsOfKey, note, id);
        break;
      case 'unknown':
      case 'refused':
        this.troubles.set(`${kind} ${note}`, 1 + (this.troubles.get(`${kind} ${note}`) ?? 0));
        break;
      case 'start':
        into(this.idsOfCall, call, id);
        push(this.starts, id, line);
        break;
      case 'effect':
        push(this.effects, id, line);
        break;
      case 'verdict':
        push(this.verdicts, id, line);
        break;
      case 'lost':
      case 'end':
        push(this.ends, id, line);
        break;
    }
  }

  /** The same job may have been given to several calls. */
  get acceptedIds(): Set<string> {
    return new Set(this.accepted.values());
  }

  /** Of calls with a delay: that, and how long it took to their first run, in ms. */
  get delays(): { readonly delay: number; readonly waited: number }[] {
    return [...this.starts.values()].flatMap(([first]) => {
      const asked = first && this.asked.get(first.call);
      return asked === undefined
        ? []
        : [{ delay: asked.delay, waited: ((first?.at ?? 0) - asked.at) / 1_000 }];
    });
  }

  /** Runs that ended when another had begun already: whatever they said came too late. */
  get late(): number {
    return [...this.ends].reduce((sum, [id, ends]) => {
      const starts = this.starts.get(id) ?? [];
      const isLate = (end: Line): boolean =>
        starts.some(({ at, fence }) => BigInt(fence) > BigInt(end.fence) && at < end.at);
      return sum + (starts.length > 1 ? ends.filter(isLate).length : 0);
    }, 0);
  }

  /** Runs beyond the first of each job, those that ended before their effect included. */
  get doubled(): number {
    return [...this.starts.values()].reduce((sum, runs) => sum + runs.length - 1, 0);
  }
}

function into(sets: Map<string, Set<string>>, key: string, value: string): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(value));
}

function push(lists: Map<string, Line[]>, key: string, line: Line): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [line]);
  else list.push(line);
}
