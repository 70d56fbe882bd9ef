import { expect, it } from 'vitest';
import { library } from './house.js';
import { sharedState } from './shared-state.js';

/** The one set of a module's own: what `@InjectQueue` and `@InjectTasks` note while classes are being evaluated. */
const ALLOWED = 'lib/decorators/injection-notes.ts';

it('keeps no state outside instances: two Nest apps in one process know nothing of each other', () => {
  const found = library
    .filter(({ path }) => path !== ALLOWED)
    .flatMap(({ path, text }) => sharedState(text).map((what) => `${path}: ${what}`));
  expect(found).toEqual([]);
});
