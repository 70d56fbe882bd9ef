import { Injectable } from '@nestjs/common';
import { Scheduled, Task } from 'nestjs-tasks';

@Injectable()
export class StockTasks {
  /** On the first of January, or when an operator says so: `nest-tasks schedules run stocktaking`. */
  @Scheduled('0 0 1 1 *', { name: 'stocktaking', queue: 'orders' })
  async stocktaking(): Promise<void> {}

  @Task({ name: 'restock', queue: 'orders' })
  async restock(_article: string): Promise<void> {}
}
