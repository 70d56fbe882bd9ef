import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { onlyTopics } from './only-topics.js';
import { embeddedStateHarness } from './postgres-harness.js';
import { withPatience } from './with-patience.js';

const runner = onlyTopics(/^state: /, { describe, it, beforeAll: withPatience(beforeAll), afterAll });
testTaskBackend(runner, embeddedStateHarness);
