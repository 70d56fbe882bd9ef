import 'reflect-metadata';
import { type DynamicModule, Injectable, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Task, TasksModule } from 'nestjs-tasks';
import { type Figures, median } from '../subjects.js';

const TASKS_A_MODULE = 10;
const ROUNDS = 6;

/** A module with a provider of so many methods, each a task where `Task` is given. */
function feature(place: number): Type {
  @Injectable()
  class Handlers {}
  for (let at = 0; at < TASKS_A_MODULE; at++) {
    const method = `task${place}x${at}`;
    const run = { [method]: () => undefined }[method];
    Object.defineProperty(Handlers.prototype, method, { value: run, writable: true, configurable: true });
    const descriptor = Object.getOwnPropertyDescriptor(Handlers.prototype, method) as PropertyDescriptor;
    Task()(Handlers.prototype, method, descriptor);
  }
  @Module({ providers: [Handlers] })
  class Feature {}
  return Feature;
}

/** Milliseconds of processor time from the module's class to a started app: what other processes do does not count. */
async function bootTime(features: readonly Type[], tasks: DynamicModule[]): Promise<number> {
  @Module({ imports: [...features, ...tasks] })
  class App {}
  const started = process.cpuUsage();
  const app = await NestFactory.createApplicationContext(App, { logger: false });
  const { user, system } = process.cpuUsage(started);
  await app.close();
  return (user + system) / 1_000;
}

/**
 * What booting with this many tasks adds to booting the same providers without the module: the first boot of a process, which
 * is the one that a deployment sees, and the median of those after it.
 */
export default async function boot(tasks: number): Promise<Figures> {
  const features = Array.from({ length: tasks / TASKS_A_MODULE }, (_, place) => feature(place));
  const added: number[] = [];
  await bootTime([], [TasksModule.forRoot({ env: {} })]); // loads and compiles what any app of this package does
  for (let round = 0; round < ROUNDS; round++) {
    const without = await bootTime(features, []);
    added.push((await bootTime(features, [TasksModule.forRoot({ env: {} })])) - without);
  }
  const [first = Number.NaN, ...later] = added;
  return { first, later: median(later) };
}
