import { expect, it } from 'vitest';
import { declarationColumns } from '../../../../lib/backends/postgres/declaration.js';

it('tells no bound on completed jobs from none given, which is the default', () => {
  expect(declarationColumns('mails', { name: 'mails' })).toMatchObject({ completed_max: undefined });
  expect(declarationColumns('mails', { name: 'mails', retention: { completedMax: Infinity } })).toMatchObject(
    { completed_max: Number.MAX_SAFE_INTEGER },
  );
});
