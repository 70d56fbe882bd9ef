import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { AppModule } from '../../sample/04-postgres/src/app.module.js';
import { type Database, EmbeddedDatabase, ServerDatabase } from '../../sample/04-postgres/src/database.js';
import { faultsOf } from '../../sample/04-postgres/src/faults.js';
import { play } from '../../sample/04-postgres/src/play.js';
import { sharedPostgres } from '../servers/shared-postgres.js';

/** A database is made in WebAssembly, and a machine may be busy. */
const PATIENCE = 120_000;

async function played(database: Database): Promise<readonly string[]> {
  const app = await Test.createTestingModule({ imports: [AppModule.on(database)] }).compile();
  await app.init();
  try {
    const faults = await play(app, database, () => undefined);
    const strange = await faultsOf(database, ['nobody'], 1);
    expect(strange).toContain('transfer nobody was booked 0 times');
    return faults;
  } finally {
    await app.close();
    await database.close();
  }
}

describe('the bank of sample 04', () => {
  it(
    'books every transfer once, on PGlite',
    async () => {
      expect(await played(new EmbeddedDatabase())).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'books every transfer once, on a server',
    async () => {
      expect(await played(new ServerDatabase((await sharedPostgres()).url))).toEqual([]);
    },
    PATIENCE,
  );
});
