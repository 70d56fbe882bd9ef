import { Injectable, Module } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { Task } from '../../../lib/decorators/index.js';
import { ExploredApp } from './explored-app.js';

/** A module with ten providers of ten methods each, one of them a task. */
function featureModule(place: number) {
  const providers = Array.from({ length: 10 }, (_, number) => {
    @Injectable()
    class Tasks {
      @Task(`task-${place}-${number}`) run() {}
      a() {}
      b() {}
      c() {}
      d() {}
      e() {}
      f() {}
      g() {}
      h() {}
      i() {}
    }
    return Tasks;
  });
  @Module({ providers })
  class FeatureModule {}
  return FeatureModule;
}

/** Milliseconds of processor time, which other processes on the machine take no part in. */
function spentOn(body: () => void): number {
  const before = process.cpuUsage();
  body();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

describe('What exploring costs an application that starts', () => {
  it('is under 150 ms for 1,000 tasks in 100 modules', async () => {
    const spent: number[] = [];
    for (let round = 0; round < 3; round++) {
      const app = await ExploredApp.of({
        imports: Array.from({ length: 100 }, (_, place) => featureModule(place)),
      });
      spent.push(spentOn(() => app.exploreTasks().exploreListeners()));
      expect(app.registry.names()).toHaveLength(1_000);
    }
    expect(Math.min(...spent)).toBeLessThan(150);
  });
});
