import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildSettings, Pulse } from '../processes/settings.js';
import { ChaosChild, type Exit, type Role } from './child-process.js';

/** Numbers of the jobs of two lives of one producer are this far apart. */
const NUMBERS_A_LIFE = 10_000_000;
const LOOK_MS = 50;

/** What a fleet knows of a child that has ended although nobody asked it to. */
export interface Death extends Exit {
  readonly name: string;
  readonly output: string;
}

export type MemberSettings = Omit<ChildSettings, 'name' | 'journal' | 'seed' | 'firstNumber'>;

/** The processes of a run. Whoever dies is started again, as a supervisor would. */
export class Fleet {
  readonly deaths: Death[] = [];
  private readonly members = new Map<string, ChaosChild>();
  private readonly gone = { accepted: 0, done: 0 };
  private readonly starting = new Set<Promise<unknown>>();
  private lives = 0;
  private isStopping = false;

  constructor(
    private readonly folder: string,
    private readonly seed: number,
  ) {}

  get workers(): ChaosChild[] {
    return this.of('worker');
  }

  get producers(): ChaosChild[] {
    return this.of('producer');
  }

  /** Of all that live and have lived. */
  get total(): Pick<Pulse, 'accepted' | 'done'> {
    const total = { ...this.gone };
    for (const { pulse } of this.members.values()) {
      total.accepted += pulse.accepted;
      total.done += pulse.done;
    }
    return total;
  }

  /** The end of what each has printed that lives. */
  get said(): string {
    const members = [...this.members.values()].filter(({ output }) => output !== '');
    return members.map(({ settings, output }) => `\n${settings.name} said:\n${output}`).join('');
  }

  get journals(): string[] {
    return readdirSync(this.folder).map((file) => join(this.folder, file));
  }

  /** Starts one, and waits until it works. */
  async add(role: Role, name: string, settings: MemberSettings): Promise<ChaosChild> {
    const life = this.lives++;
    const child = new ChaosChild(role, {
      ...settings,
      name,
      journal: join(this.folder, `${name}.${life}.log`),
      seed: this.seed + life,
      firstNumber: life * NUMBERS_A_LIFE,
    });
    this.members.set(name, child);
    void child.exited.then((exit) => this.ended(child, exit));
    await child.ready;
    return child;
  }

  /** Waits until everybody is there that was started again. */
  async settled(): Promise<void> {
    while (this.starting.size > 0) await Promise.all(this.starting);
  }

  /** Asks all of a role to end what they do. Nobody is started again from then on. */
  async stop(role: Role): Promise<Exit[]> {
    this.isStopping = true;
    await this.settled();
    const members = this.of(role);
    for (const child of members) child.tell('stop');
    return Promise.all(members.map((child) => child.exited));
  }

  /** Asks all workers to enqueue no more, and waits until all is accepted that they have enqueued. */
  async rest(): Promise<void> {
    for (const worker of this.workers) worker.tell('rest');
    while (this.workers.some(({ pulse }) => pulse.isResting !== true)) await sleep(LOOK_MS);
  }

  async dispose(): Promise<void> {
    this.isStopping = true;
    await Promise.all([...this.members.values()].map((child) => child.kill()));
  }

  /** Those that live. */
  of(role: Role): ChaosChild[] {
    return [...this.members.values()].filter((child) => child.role === role && child.isAlive);
  }

  private ended(child: ChaosChild, exit: Exit): void {
    const { name } = child.settings;
    this.gone.accepted += child.pulse.accepted;
    this.gone.done += child.pulse.done;
    this.members.delete(name);
    if (exit.code === 0) return;
    this.deaths.push({ ...exit, name, output: child.output });
    if (this.isStopping) return;
    const again = this.add(child.role, name, child.settings).finally(() => this.starting.delete(again));
    again.catch(() => undefined);
    this.starting.add(again);
  }
}
