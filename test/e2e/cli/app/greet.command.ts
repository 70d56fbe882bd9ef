import { TaskManager } from 'nestjs-tasks';
import { TasksCommand, type TasksCommandHandler, type TasksCommandRun } from 'nestjs-tasks/cli';

@TasksCommand({
  name: 'greet',
  description: 'Sends a first e-mail',
  arguments: ['<to>'],
  options: [['--dry-run', 'only says what it would do']],
})
export class GreetCommand implements TasksCommandHandler {
  constructor(private readonly tasks: TaskManager) {}

  async run({ args: [to = ''], options, output }: TasksCommandRun): Promise<number> {
    if (options['dryRun'] === true) {
      output.done({ to }, `Would greet ${to}.`);
      return 1;
    }
    const { id } = await this.tasks.enqueue('send-email', { to }, { queue: 'mails' });
    output.done({ id }, `Greeting ${to} as ${id}.`);
    return 0;
  }
}
