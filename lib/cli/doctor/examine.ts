import type { INestApplicationContext } from '@nestjs/common';
import { TaskBackendRegistry } from '../../backends/index.js';
import type { ResolvedOptions } from '../../config/index.js';
import { type TaskBackend } from '../../contract/index.js';
import { CommandError, isInstance, TaskError } from '../../errors/index.js';
import { HandlerRegistry } from '../../handlers/index.js';
import { type AppCheck, BootCheck } from '../../module/index.js';
import type { ScheduledTask } from '../../scheduling/index.js';
import { counted } from '../output/counted.js';
import { askApp } from '../session/read-options.js';
import type { Target } from '../session/target.js';
import { type Check, type Examined, type Finding, findingOf } from './finding.js';
import { lookAtQueues } from './look-at-queues.js';
import { lookAtSchedules } from './look-at-schedules.js';
import { lookAtTasks } from './look-at-tasks.js';
import { openBackend } from './open-backend.js';

/** Looks at everything that is known to go wrong, and changes nothing. Never throws for what it finds. */
export async function examine(target: Target, isVerbose: boolean): Promise<Examined> {
  let asked;
  try {
    asked = await askApp(target, isVerbose);
  } catch (error) {
    return { findings: [findingOf('app', codeOf(error), error)], checks: [] };
  }
  const { app, options } = asked;
  const examination = new Examination(app, options, target.kind === 'app');
  try {
    return await examination.run();
  } finally {
    await app.close();
  }
}

function codeOf(error: unknown): string {
  if (isInstance(error, CommandError)) return 'no-module';
  return isInstance(error, TaskError) ? 'invalid-configuration' : 'app-fails';
}

class Examination {
  private readonly findings: Finding[] = [];
  private readonly checks: Check[] = [];
  private readonly opened = new Map<string, TaskBackend>();
  /** Queues of an address: what keeps the jobs of another broker knows those of that one, too. */
  private readonly seen = new Set<string>();

  constructor(
    private readonly app: INestApplicationContext,
    private readonly options: ResolvedOptions,
    private readonly isApp: boolean,
  ) {}

  private get primary(): string {
    const { backends } = this.options;
    return (backends.find(({ primary }) => primary) ?? backends[0])?.name ?? '';
  }

  private get check(): AppCheck {
    return this.app.get<AppCheck>(BootCheck);
  }

  async run(): Promise<Examined> {
    this.lookAtApp();
    const { backends } = this.options;
    // One that keeps its state in another comes after it.
    const inOrder = [...backends].toSorted(
      (a, b) => Number(a.state !== undefined) - Number(b.state !== undefined),
    );
    try {
      for (const entry of inOrder) await this.open(entry);
      // What moves the jobs of a queue knows more of it than what keeps them.
      for (const { name } of inOrder.toReversed()) await this.lookAtBackend(name);
    } finally {
      for (const { queue, state } of [...this.opened.values()].toReversed()) {
        await Promise.allSettled([queue.close(), state.close()]);
      }
    }
    return { findings: this.findings, checks: this.checks };
  }

  private lookAtApp(): void {
    if (!this.isApp) return;
    const tasks = this.app.get(HandlerRegistry).names();
    this.checks.push(
      `The app starts, with ${counted(tasks.length, 'task')} on ${counted(this.options.queues.length, 'queue')}.`,
    );
    for (const message of this.options.warnings) {
      this.findings.push({
        subject: 'app',
        code: 'doubtful-option',
        severity: 'warning',
        message,
        remedy: 'Change it, unless it is meant; `strict: true` refuses such options at boot.',
      });
    }
    for (const { path, message, isFatal } of this.check.nameProblems(this.options)) {
      this.findings.push({
        subject: 'app',
        code: 'unknown-name',
        severity: isFatal ? 'error' : 'warning',
        message: `${path}: ${message}`,
        remedy: `Correct the name, or take it out.${isFatal ? ' As it is, the app does not start.' : ''}`,
      });
    }
    if (tasks.length > 0) return;
    this.findings.push({
      subject: 'app',
      code: 'no-tasks',
      severity: 'warning',
      message: 'no module of it provides a class with @Task() methods, so its workers have nothing to run.',
      remedy: 'List the class among the `providers` of a module that the root module imports.',
    });
  }

  private async open(entry: ResolvedOptions['backends'][number]): Promise<void> {
    const { clock } = this.options;
    const state =
      entry.state === undefined
        ? undefined
        : this.opened.get(entry.state === 'primary' ? this.primary : entry.state);
    const { backend, finding } = await openBackend(this.app.get(TaskBackendRegistry), entry, {
      clock,
      state,
    });
    if (finding !== undefined) this.findings.push(finding);
    if (backend !== undefined) this.opened.set(entry.name, backend);
  }

  private async lookAtBackend(name: string): Promise<void> {
    const backend = this.opened.get(name);
    if (backend === undefined) return;
    try {
      await this.lookInto(name, backend);
    } catch (error) {
      this.findings.push(findingOf(`backend ${name}`, 'fails', error));
    }
  }

  private async lookInto(name: string, backend: TaskBackend): Promise<void> {
    const { type, version, address } = await backend.queue.ping();
    this.checks.push(`Backend ${name} answers: ${[type, version, address].filter(Boolean).join(' ')}.`);
    const own = this.options.queues.filter((queue) => queue.backend === name);
    const declared = this.isApp ? own.map(({ brokerName }) => brokerName) : undefined;
    const found = (await backend.diagnose?.(declared)) ?? [];
    this.findings.push(...found.map((finding) => ({ ...finding, subject: `backend ${name}` })));
    const { records, scope } = backend.queue.capabilities;
    // What other processes have counted is not seen from here.
    if (type === 'memory' || (records === 'process' && scope === 'fleet')) return;
    if (backend === this.opened.get(this.primary)) {
      const judge = (firing: readonly ScheduledTask[]) =>
        this.isApp ? this.check.scheduleProblems(firing, this.options) : [];
      this.findings.push(...(await lookAtSchedules(backend.state, { ...this.options.scheduler, judge })));
    }
    const queues = await this.queuesOf(name, backend);
    if (queues.length === 0) return;
    this.findings.push(...(await lookAtQueues(backend.queue, queues)));
    this.checks.push(`Queues of ${name}: ${queues.join(', ')}.`);
    if (!this.isApp || !backend.queue.capabilities.features.find) return;
    this.findings.push(...(await lookAtTasks(backend.queue, queues, this.app.get(HandlerRegistry).names())));
  }

  /** Those that the app declares, as it names them; of an address what is there. */
  private async queuesOf(name: string, backend: TaskBackend): Promise<string[]> {
    const declared = this.options.queues.filter((queue) => queue.backend === name);
    const held = await backend.queueNames?.();
    if (!this.isApp) {
      const found = (held ?? declared.map((queue) => queue.name)).filter((queue) => !this.seen.has(queue));
      for (const queue of found) this.seen.add(queue);
      return found;
    }
    // What was never used has nothing to look at, and looking would make it.
    return declared
      .filter(({ brokerName }) => held?.includes(brokerName) ?? true)
      .map(({ brokerName }) => brokerName);
  }
}
