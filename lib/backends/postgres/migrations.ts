import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { loadSql } from './sql-statement.js';

/** One step of the schema. A step that was released is never changed. */
export interface Migration {
  readonly version: number;
  /** Its file's name. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file: it does not depend on the name of the schema. */
  readonly checksum: string;
}

const FOLDER = new URL('./migrations/', import.meta.url);
const FILE = /^(\d{4})-[a-z0-9-]+\.sql$/;

/** All of them in their order: 1, 2, 3, … */
export function loadMigrations(schema: string): Migration[] {
  return readdirSync(FOLDER)
    .filter((file) => FILE.test(file))
    .toSorted()
    .map((file) => {
      const url = new URL(file, FOLDER);
      return {
        version: Number(file.slice(0, 4)),
        name: file,
        sql: loadSql(url, schema),
        checksum: createHash('sha256')
          .update(readFileSync(url, 'utf8').replaceAll('\r\n', '\n'))
          .digest('hex'),
      };
    });
}
