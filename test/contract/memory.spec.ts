import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackend } from 'nestjs-tasks/testing';
import { memoryHarness } from './memory-harness.js';

testTaskBackend({ describe, it, beforeAll, afterAll }, memoryHarness());
