/**
 * Takes values of the caller's async context along with a job, and puts them back around its run: a tenant, a user, a request id.
 * A provider with injection, named in `context.carriers`; one instance serves all calls and jobs. `StorageCarrier` is one that is
 * ready for an `AsyncLocalStorage`.
 *
 * @example
 * @Injectable()
 * class TenantCarrier implements TaskContextCarrier {
 *   constructor(private readonly tenants: Tenants) {}
 *
 *   capture() {
 *     return { tenant: this.tenants.current?.id };
 *   }
 *
 *   run<T>(headers: Readonly<Record<string, string>>, body: () => T): T {
 *     return this.tenants.with(headers['tenant'], body);
 *   }
 * }
 */
export interface TaskContextCarrier {
  /**
   * Called at each enqueue, in the context of the caller. What it gives becomes headers of the job: texts by name; undefined is
   * left out. What it throws refuses the call, and nothing is enqueued.
   */
  capture(): Readonly<Record<string, string | undefined>> | undefined;

  /**
   * Called at each run of a job, also where no header of this carrier came along: then it has to put nothing back, so that the
   * job sees no context of another one. What it throws fails the run, and the retry policy decides.
   *
   * @param headers All of the job. They may have been written by anybody who can enqueue.
   * @param body Has to be called once, before `run` returns; what it returns is to be returned.
   */
  run<T>(headers: Readonly<Record<string, string>>, body: () => T): T;
}

/** A class of carriers. */
export type TaskContextCarrierType = abstract new (...args: never[]) => TaskContextCarrier;
