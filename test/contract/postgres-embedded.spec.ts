import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { onlyTopics } from './only-topics.js';
import { embeddedHarness } from './postgres-harness.js';
import { withPatience } from './with-patience.js';

/** State goes by the database's own clock: it is played in real time, in postgres-embedded-state.spec.ts. */
const runner = onlyTopics(/^(?!state: )/, { describe, it, beforeAll: withPatience(beforeAll), afterAll });
testTaskBackend(runner, embeddedHarness);
