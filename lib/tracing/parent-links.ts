import type { Clock, Ms, QueueBackend } from '../contract/index.js';
import type { ProbedRun } from '../events/index.js';
import { within } from '../state/index.js';
import { creationLinks, type SpanLink } from './creation-context.js';
import type { OtelApi } from './otel-api.js';

/** How long the end of a span may wait for them. */
const PATIENCE: Ms = 2_000;

export interface ParentLinksParts {
  /** Of a queue; the jobs that one of it depends on are there, too. */
  readonly backendOf: (queue: string) => Pick<QueueBackend, 'get'> | undefined;
  readonly clock: Clock;
}

/**
 * Where the jobs come from that a job depends on. A claim brings how they ended, and not their headers; their records have them, which a store
 * keeps at least until the job that waited for them has run.
 */
export class ParentLinks {
  constructor(
    private readonly api: OtelApi,
    private readonly parts: ParentLinksParts,
  ) {}

  /** @returns undefined for a job that depends on none, as nearly all; never rejects */
  of({ job: { queue, extra } }: Pick<ProbedRun, 'job'>): Promise<readonly SpanLink[]> | undefined {
    if (extra?.parents === undefined || extra.parents.length === 0) return undefined;
    return this.read(
      queue,
      extra.parents.map((parent) => ({ queue: parent.queue, id: parent.id })),
    );
  }

  private async read(queue: string, parents: Parameters<QueueBackend['get']>[0]): Promise<SpanLink[]> {
    const { backendOf, clock } = this.parts;
    const asked = (async () => backendOf(queue)?.get(parents))();
    const records = (await within(asked, PATIENCE, clock)) ?? [];
    return records.flatMap((record) => creationLinks(this.api, record?.headers));
  }
}
