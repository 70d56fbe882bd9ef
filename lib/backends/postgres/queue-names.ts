import { fromText, toText } from './job-text.js';

/** What queues are called here and in the database, where an entry may give them another name. */
export class QueueNames {
  private readonly given = new Map<string, string>();
  private readonly own = new Map<string, string>();

  declare(name: string, brokerName = name): void {
    this.given.set(name, toText(brokerName));
    this.own.set(toText(brokerName), name);
  }

  inStore(name: string): string {
    return this.given.get(name) ?? toText(name);
  }

  here(inStore: string): string {
    return this.own.get(inStore) ?? fromText(inStore);
  }
}
