/** Something for each of some jobs. Two looks by texts that are there already: a text made of both cost more than either. */
export class ByJob<T> {
  private readonly queues = new Map<string, Map<string, T>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  get(queue: string, id: string): T | undefined {
    return this.count === 0 ? undefined : this.queues.get(queue)?.get(id);
  }

  has(queue: string, id: string): boolean {
    return this.count > 0 && this.queues.get(queue)?.has(id) === true;
  }

  set(queue: string, id: string, value: T): void {
    let jobs = this.queues.get(queue);
    if (jobs === undefined) {
      jobs = new Map();
      this.queues.set(queue, jobs);
    }
    const before = jobs.size;
    jobs.set(id, value);
    this.count += jobs.size - before;
  }

  delete(queue: string, id: string): boolean {
    if (this.count === 0 || this.queues.get(queue)?.delete(id) !== true) return false;
    this.count--;
    return true;
  }

  /** Of each queue in the order in which they came. */
  *values(): IterableIterator<T> {
    for (const jobs of this.queues.values()) yield* jobs.values();
  }

  clear(): void {
    this.queues.clear();
    this.count = 0;
  }
}
