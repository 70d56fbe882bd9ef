import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { testTaskBackendModel } from 'nestjs-tasks/testing';
import { memoryHarness } from '../contract/memory-harness.js';

testTaskBackendModel({ describe, it, beforeAll, afterAll }, memoryHarness(), fc);
