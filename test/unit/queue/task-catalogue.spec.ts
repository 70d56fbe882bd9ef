import { describe, expect, it } from 'vitest';
import { resolveOptions, resolveTaskOptions } from '../../../lib/config/index.js';
import { TaskCatalogue, type TaskDefinition } from '../../../lib/queue/index.js';
import { EmailTasks } from './email-tasks.js';

class SubTasks extends EmailTasks {}

const task = (name: string, more: Partial<TaskDefinition> = {}): TaskDefinition => ({
  ...resolveTaskOptions(name, 'run', resolveOptions()),
  classes: [],
  ...more,
});

describe('TaskCatalogue', () => {
  it('knows tasks by name', () => {
    const catalogue = new TaskCatalogue();
    const report = task('report');
    catalogue.define(report);
    expect(catalogue.get('report')).toBe(report);
    expect(catalogue.get('other')).toBeUndefined();
    expect(catalogue.get('__proto__')).toBeUndefined();
    expect(catalogue.names()).toEqual(['report']);
  });

  it('takes the latest definition of a name', () => {
    const catalogue = new TaskCatalogue();
    catalogue.define(task('report'));
    catalogue.define(task('report', { priority: 9 }));
    expect(catalogue.get('report')?.priority).toBe(9);
    expect(catalogue.names()).toHaveLength(1);
  });

  it('knows tasks by every class that has the method', () => {
    const catalogue = new TaskCatalogue();
    const send = task('send-email', { method: 'send', classes: [SubTasks, EmailTasks] });
    catalogue.define(task('other', { method: 'send', classes: [] }));
    catalogue.define(send);
    expect(catalogue.byMethod(EmailTasks, 'send')).toBe(send);
    expect(catalogue.byMethod(SubTasks, 'send')).toBe(send);
    expect(catalogue.byMethod(EmailTasks, 'digest')).toBeUndefined();
  });

  it('knows tasks by their unbound method', () => {
    const catalogue = new TaskCatalogue();
    const send = task('send-email', { method: 'send', classes: [EmailTasks] });
    catalogue.define(task('free'));
    catalogue.define(send);
    expect(catalogue.byFunction(EmailTasks.prototype.send)).toBe(send);
    expect(catalogue.byFunction(EmailTasks.prototype.helper)).toBeUndefined();
  });

  it('forgets a task', () => {
    const catalogue = new TaskCatalogue();
    catalogue.define(task('send-email', { method: 'send', classes: [EmailTasks] }));
    catalogue.forget('send-email');
    expect(catalogue.get('send-email')).toBeUndefined();
    expect(catalogue.byMethod(EmailTasks, 'send')).toBeUndefined();
  });
});
