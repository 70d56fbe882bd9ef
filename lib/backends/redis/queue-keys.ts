import type { JobRef } from '../../contract/index.js';

/** Between the queue and the id of an address, as scripts have it. */
const SEPARATOR = '\u0001';

/** What queues are called here and on the server, and where their keys are. */
export class QueueKeys {
  private readonly toBroker = new Map<string, string>();
  private readonly fromBroker = new Map<string, string>();
  private readonly metas = new Map<string, string>();

  constructor(readonly prefix: string) {}

  declare(name: string, brokerName = name): void {
    this.toBroker.set(name, brokerName);
    this.fromBroker.set(brokerName, name);
  }

  onServer(name: string): string {
    return this.toBroker.get(name) ?? name;
  }

  here(brokerName: string): string {
    return this.fromBroker.get(brokerName) ?? brokerName;
  }

  /** The name that this process has declared for it. */
  declaredAs(brokerName: string): string | undefined {
    return this.fromBroker.get(brokerName);
  }

  metaOnServer(brokerName: string): string {
    return `${this.prefix}:{${brokerName}}:meta`;
  }

  /** The key by which a call finds its queue's slot. */
  meta(name: string): string {
    const known = this.metas.get(name);
    if (known !== undefined) return known;
    const key = this.key(name, 'meta');
    this.metas.set(name, key);
    return key;
  }

  key(name: string, word: string): string {
    return `${this.prefix}:{${this.onServer(name)}}:${word}`;
  }

  address({ queue }: JobRef, packedId: string): string {
    return `${this.onServer(queue)}${SEPARATOR}${packedId}`;
  }
}
