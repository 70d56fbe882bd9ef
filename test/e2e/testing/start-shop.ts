import type { TestingModule } from '@nestjs/testing';
import { TasksModule } from 'nestjs-tasks';
import { TasksTesting, TasksTestingModule, type TasksTestingOptions } from 'nestjs-tasks/testing';
import { startApp } from '../start-app.js';
import { Diary, Shop, ShopModule } from './shop.js';

export interface StartedShop {
  readonly app: TestingModule;
  readonly tasks: TasksTesting;
  readonly shop: Shop;
  readonly diary: Diary;
}

export async function startShop(options?: TasksTestingOptions): Promise<StartedShop> {
  const app = await startApp({
    imports: [TasksModule.stub(), TasksTestingModule.register(options), ShopModule],
  });
  return { app, tasks: app.get(TasksTesting), shop: app.get(Shop), diary: app.get(Diary) };
}
