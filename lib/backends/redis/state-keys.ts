/** Names of what the state interface keeps. None is like a queue's, which has a brace behind the prefix. */
export class StateKeys {
  constructor(private readonly prefix: string) {}

  value(key: string): string {
    return `${this.prefix}:value:${key}`;
  }

  index(name: string): string {
    return `${this.prefix}:index:${name}`;
  }

  lease(name: string): string {
    return `${this.prefix}:lease:${name}`;
  }

  bucket(name: string): string {
    return `${this.prefix}:bucket:${name}`;
  }

  channel(name: string): string {
    return `${this.prefix}:channel:${name}`;
  }
}
