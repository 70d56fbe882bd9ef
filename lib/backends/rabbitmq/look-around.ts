import type { BackendFinding, TaskBackend } from '../../contract/index.js';
import type { Broker } from './broker.js';
import { mismatchIn } from './rabbitmq-errors.js';
import { hasLatestQuorumQueues } from './server-version.js';

/** Of the queues that the ledger knows, those that are at the broker, which lists none to who speaks AMQP alone. */
export async function queueNames(broker: Broker, ledger: TaskBackend): Promise<string[]> {
  const names: string[] = [];
  for (const name of (await ledger.queueNames?.()) ?? []) if (await broker.isThere(name)) names.push(name);
  return names;
}

/**
 * What is not as it should be, asked of the broker now.
 * @param held queues that the ledger knows
 * @param declared queues of the app, which does not start when one of them is there with other arguments
 */
export async function diagnose(
  broker: Broker,
  held: readonly string[],
  declared: readonly string[] = [],
): Promise<BackendFinding[]> {
  const findings = [...ledgerFindings(broker), ...priorityFindings(broker)];
  for (const name of new Set([...declared, ...held]))
    findings.push(...(await declarationFindings(broker, name, declared.includes(name))));
  if (await broker.takesMessages()) return findings;
  return [
    ...findings,
    {
      code: 'blocked',
      severity: 'error',
      message: 'it takes no messages, since it is short of memory or disk: nothing can be enqueued.',
      remedy: 'See its alarms, `rabbitmqctl status`; give it more of either, or let consumers catch up.',
    },
  ];
}

/** Declaring what is there changes nothing, and says whether it is what it would be declared as. */
async function declarationFindings(
  broker: Broker,
  name: string,
  isDeclared: boolean,
): Promise<BackendFinding[]> {
  const findings: BackendFinding[] = [];
  for (const part of broker.topology.partsOf(name)) {
    if (!(await broker.hasQueue(part.queue))) continue;
    const error: unknown = await broker.topology.verify(part).catch((reason: unknown) => reason);
    if (error === undefined) continue;
    const mismatch = mismatchIn(error);
    if (mismatch === undefined) throw error;
    findings.push(declaredOtherwise(mismatch.replace(/\.$/u, ''), isDeclared));
  }
  return findings;
}

const declaredOtherwise = (mismatch: string, isDeclared: boolean): BackendFinding => ({
  code: 'declared-otherwise',
  severity: isDeclared ? 'error' : 'warning',
  message: `a queue was declared with other options than these, and ${isDeclared ? 'the app' : 'an app that has these'} does not start: ${mismatch}.`,
  remedy: `Give the entry the options that it was declared with${isDeclared ? '' : ' (of an app: look with `--app`)'}, another \`options.prefix\`, or delete the queue when it is empty.`,
});

function ledgerFindings({ isRecorded }: Broker): BackendFinding[] {
  if (isRecorded) return [];
  return [
    {
      code: 'no-ledger',
      severity: 'warning',
      message:
        'its jobs are kept in the memory of each process: no other one can show, count or cancel them.',
      remedy:
        'Write `state` beside its type, with the name of a backend on Redis or PostgreSQL, unless that is enough.',
    },
  ];
}

function priorityFindings({ settings, serverVersion }: Broker): BackendFinding[] {
  if (settings.queueType !== 'quorum' || hasLatestQuorumQueues(serverVersion)) return [];
  return [
    {
      code: 'no-priorities',
      severity: 'warning',
      message: `RabbitMQ ${serverVersion} hands out the jobs of quorum queues without heed to their priority.`,
      remedy: 'Upgrade to RabbitMQ 4.3, take classic queues, or give urgent jobs a queue of their own.',
    },
  ];
}
