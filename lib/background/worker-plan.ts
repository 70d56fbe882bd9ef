import type { Duration, Ms } from '../contract/index.js';
import { toMs } from '../config/index.js';
import { InvalidOptionError, type ValidationIssue } from '../errors/index.js';
import { OnErrorPolicy } from './on-error-policy.js';

/** When a scheduled worker runs, and what it does on an error. */
export interface ScheduledWorkerOptions {
  /** From the end of one cycle to the beginning of the next; 1 ms or more. Default 60 s. */
  readonly interval?: Duration | undefined;
  /** From the start to the first cycle. Default 0. */
  readonly initialDelay?: Duration | undefined;
  /** Each wait is longer by a random part of this, so that many processes do not run in step. Default 0. */
  readonly jitter?: Duration | undefined;
  /** What it does when a cycle throws. Default `LOG_AND_CONTINUE`. */
  readonly onErrorPolicy?: OnErrorPolicy | undefined;
  /** Whether it starts with the application. Default true. */
  readonly autoStart?: boolean | undefined;
}

/** The same, checked, in milliseconds. */
export interface WorkerPlan {
  readonly interval: Ms;
  readonly initialDelay: Ms;
  readonly jitter: Ms;
  readonly onErrorPolicy: OnErrorPolicy;
  readonly autoStart: boolean;
}

/**
 * @param name Of the worker, for the message.
 * @throws InvalidOptionError with all problems at once
 */
export function planOf(name: string, options: Required<ScheduledWorkerOptions>): WorkerPlan {
  const problems: ValidationIssue[] = [];
  const problem = (key: string, message: string) => void problems.push({ path: `${name}.${key}`, message });
  const duration = (key: 'interval' | 'initialDelay' | 'jitter'): Ms => {
    try {
      return toMs(options[key] as Duration);
    } catch {
      problem(key, 'must be a duration, such as 500 or "30s"');
      return 0;
    }
  };
  const { onErrorPolicy = OnErrorPolicy.LOG_AND_CONTINUE, autoStart = true } = options;
  const plan = {
    interval: duration('interval'),
    initialDelay: duration('initialDelay'),
    jitter: duration('jitter'),
    onErrorPolicy,
    autoStart,
  };
  if (plan.interval < 1 && problems.every(({ path }) => path !== `${name}.interval`)) {
    problem('interval', 'must be at least 1 ms');
  }
  const policies: readonly unknown[] = Object.values(OnErrorPolicy);
  if (!policies.includes(onErrorPolicy)) problem('onErrorPolicy', `must be ${policies.join(', ')}`);
  if (typeof autoStart !== 'boolean') problem('autoStart', 'must be true or false');
  if (problems.length > 0) throw new InvalidOptionError(problems);
  return plan;
}
