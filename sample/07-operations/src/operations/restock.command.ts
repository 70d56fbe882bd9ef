import { InjectTasks, type TaskClient } from 'nestjs-tasks';
import { TasksCommand, type TasksCommandHandler, type TasksCommandRun } from 'nestjs-tasks/cli';
import { StockTasks } from '../shop/stock.tasks.js';

/** `nest-tasks restock lamps --app dist/app.module.js` */
@TasksCommand({ name: 'restock', description: 'Orders more of an article', arguments: ['<article>'] })
export class RestockCommand implements TasksCommandHandler {
  constructor(@InjectTasks(StockTasks) private readonly stock: TaskClient<StockTasks>) {}

  async run({ args: [article = ''], output }: TasksCommandRun): Promise<void> {
    const { id } = await this.stock.restock.delay(article);
    output.done({ id }, `More ${article} are on their way as ${id}.`);
  }
}
