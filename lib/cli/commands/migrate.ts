import type { Command } from 'commander';
import { migratePostgres } from '../../backends/index.js';
import type { CommandKit } from '../command-run.js';
import { refuse } from '../exit-codes.js';
import { hideSecrets } from '../output/hide-secrets.js';
import { readOptions } from '../session/read-options.js';
import { targetOf } from '../session/target.js';

/** `migrate`. */
export function addMigrate(migrate: Command, kit: CommandKit): void {
  migrate.action(
    kit.action(async ({ output, options }) => {
      const target = targetOf(options, kit.env, kit.folder);
      const { backends } = await readOptions(target, options.verbose === true);
      const migrated = backends.filter(({ type }) => type === 'postgres');
      if (migrated.length === 0) {
        refuse(
          `Nothing is there to migrate: the backends are of the type ${backends.map(({ type }) => type).join(', ')}.`,
          'Only PostgreSQL has a schema.',
        );
      }
      for (const { name, url, options: own } of migrated) await migratePostgres({ name, url, options: own });
      output.list(
        migrated.map(({ name, url, options: { schema } }) => ({
          backend: name,
          address: hideSecrets(url ?? ''),
          schema: typeof schema === 'string' ? schema : 'tasks',
        })),
        {
          columns: [
            { title: 'BACKEND', value: ({ backend }) => backend },
            { title: 'SCHEMA', value: ({ schema }) => schema },
            { title: '', value: () => 'is up to date' },
          ],
          empty: '',
        },
      );
    }),
  );
}
