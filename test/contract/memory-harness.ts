import { createMemoryBackend } from '../../lib/backends/memory/index.js';
import type { TaskBackend } from '../../lib/contract/index.js';
import { type BackendHarness, ManualClock } from '../../lib/testing/index.js';

/** Makes another backend of the sound one. */
export type Wrap = (sound: TaskBackend, clock: ManualClock) => TaskBackend;

/** The memory backend on a clock that stands still, or what `wrap` makes of it. */
export function memoryHarness(name = 'memory', wrap: Wrap = (sound) => sound): BackendHarness {
  return {
    name,
    unsupported: ['transactions'],
    create: async () => {
      const clock = new ManualClock();
      const sound = createMemoryBackend({ name: 'memory', type: 'memory', options: {}, clock });
      return {
        backend: wrap(sound, clock),
        advance: (ms) => clock.advance(ms),
        handles: () => clock.timers,
      };
    },
  };
}
