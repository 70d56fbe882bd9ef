import { type ChildProcess, fork } from 'node:child_process';
import type { Ms } from '../../contract/index.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { Output } from '../output/output.js';
import { SUPERVISED } from './process-end.js';

/** Pauses before a dead process is started again: doubled each time, and the first again once it has lived that long. */
const PAUSE: { readonly first: Ms; readonly most: Ms; readonly forgottenAfter: Ms } = {
  first: 1_000,
  most: 30_000,
  forgottenAfter: 60_000,
};

/** What another start would meet again. */
const LASTING: readonly (number | null)[] = [EXIT.usage, EXIT.refused];

/**
 * Keeps so many worker processes running: one that dies is started again, with growing pauses. SIGTERM and Ctrl+C drain them all; a second one kills them.
 * Processes that never come up because of their configuration end it all.
 */
export class Supervisor {
  private readonly children = new Map<number, ChildProcess>();
  private readonly pauses = new Map<number, NodeJS.Timeout>();
  private isEnding = false;
  private code: ExitCode = EXIT.done;
  private tellEnd: () => void = () => undefined;

  constructor(
    private readonly count: number,
    /** Arguments of each process. */
    private readonly args: readonly string[],
    private readonly output: Output,
  ) {}

  /** Resolves when all of them have ended. */
  async run(): Promise<ExitCode> {
    const onSignal = (): void => (this.isEnding ? this.kill() : this.end());
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
    const ended = new Promise<void>((resolve) => (this.tellEnd = resolve));
    for (let place = 1; place <= this.count; place++) this.start(place, PAUSE.first);
    await ended;
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    return this.code;
  }

  private start(place: number, pause: Ms): void {
    this.pauses.delete(place);
    const startedAt = performance.now();
    let wasUp = false;
    const child = fork(process.argv[1] as string, [...this.args, '--processes', '1'], {
      env: { ...process.env, [SUPERVISED]: String(place) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.children.set(place, child);
    child.on('message', () => (wasUp = true));
    child.once('exit', (code, signal) => {
      this.children.delete(place);
      if (this.isEnding) return this.noteEnd(code);
      if (!wasUp && LASTING.includes(code)) {
        this.code = code as ExitCode;
        this.output.remark(
          `Worker process ${place} cannot start (exit code ${code}): another try would end alike.`,
        );
        return this.end();
      }
      const hasLived = performance.now() - startedAt >= PAUSE.forgottenAfter;
      this.restart(place, hasLived ? PAUSE.first : pause, signal ?? `exit code ${code}`);
    });
  }

  private restart(place: number, pause: Ms, why: string): void {
    this.output.remark(
      `Worker process ${place} has died (${why}); it is started again in ${pause / 1_000} s.`,
    );
    const next = Math.min(pause * 2, PAUSE.most);
    this.pauses.set(
      place,
      setTimeout(() => this.start(place, next), pause),
    );
  }

  private end(): void {
    this.isEnding = true;
    for (const pause of this.pauses.values()) clearTimeout(pause);
    for (const child of this.children.values()) child.kill('SIGTERM');
    if (this.children.size === 0) this.tellEnd();
  }

  private kill(): void {
    for (const child of this.children.values()) child.kill('SIGKILL');
  }

  private noteEnd(code: number | null): void {
    if (code !== EXIT.done && this.code === EXIT.done) this.code = EXIT.failed;
    if (this.children.size === 0) this.tellEnd();
  }
}
