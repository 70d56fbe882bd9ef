import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { onlyTopics } from './only-topics.js';
import { postgresHarness } from './postgres-harness.js';

/** State goes by the server's own clock: it is played in real time, in postgres-state.spec.ts. */
testTaskBackend(onlyTopics(/^(?!state: )/, { describe, it, beforeAll, afterAll }), postgresHarness);
