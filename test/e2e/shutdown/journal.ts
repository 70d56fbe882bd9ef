/** What one job of a plan does when it runs. */
export interface JobSpec {
  /** When it is enqueued: milliseconds after the app is up. */
  readonly at: number;
  readonly kind: 'quick' | 'polite' | 'deaf' | 'flaky' | 'failing' | 'parent' | 'tidy';
  /** How long it takes. */
  readonly ms: number;
  /** Due this long after it is enqueued. */
  readonly delay?: number;
}

/** What a process under test is told. */
export interface AppPlan {
  readonly jobs: readonly JobSpec[];
  /** Ends by `process.exit(0)`, or by the signal itself. */
  readonly useProcessExit: boolean;
  /** Of `TasksModule.forRoot()`, as JSON can say it: where several processes share a broker, it stands here. */
  readonly options: object;
  /** The file that it writes its journal to. */
  readonly journal: string;
}

/** A line of a process's journal, written before it goes on: what is in it has happened, however the process ends. */
export type Entry =
  | { readonly is: 'accepted'; readonly job: string }
  | { readonly is: 'refused'; readonly code: string }
  | { readonly is: 'started'; readonly job: string; readonly run: string; readonly closed: readonly string[] }
  | { readonly is: 'aborted'; readonly job: string; readonly run: string }
  | {
      readonly is: 'ended';
      readonly job: string;
      readonly run: string;
      readonly ok: boolean;
      readonly closed: readonly string[];
    }
  /** Work beside the jobs: a cycle of a scheduled worker, or a call of a background method. */
  | { readonly is: 'begun'; readonly work: string }
  | { readonly is: 'done'; readonly work: string; readonly closed: readonly string[] }
  /** A module that handlers use was destroyed: by then everything has drained. */
  | { readonly is: 'closed'; readonly pool: string }
  /** What the store says of a job at the very end. */
  | { readonly is: 'left'; readonly job: string; readonly status: string }
  /** All of them have been told. */
  | { readonly is: 'listed' }
  | { readonly is: 'exit' };

export const readJournal = (text: string): Entry[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry);
