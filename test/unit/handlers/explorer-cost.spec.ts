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

describe('What exploring costs an application that starts', () => {
  it('is under 150 ms for 1,000 tasks in 100 modules', async () => {
    const app = await ExploredApp.of({
      imports: Array.from({ length: 100 }, (_, place) => featureModule(place)),
    });
    const start = performance.now();
    app.exploreTasks().exploreListeners();
    const took = performance.now() - start;
    expect(app.registry.names()).toHaveLength(1_000);
    expect(took).toBeLessThan(150);
  });
});
