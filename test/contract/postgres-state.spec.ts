import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { sharedPostgres } from '../servers/shared-postgres.js';
import { onlyTopics } from './only-topics.js';
import { postgresStateHarnessOn } from './postgres-harness.js';

const runner = onlyTopics(/^state: /, { describe, it, beforeAll, afterAll });
testTaskBackend(runner, postgresStateHarnessOn('postgres, state', sharedPostgres));
