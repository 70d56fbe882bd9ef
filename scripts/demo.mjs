import { runSample } from './sample.mjs';
import { findSample } from './support/samples.mjs';

// The first sample, slowed down enough to be watched.
process.exitCode = await runSample(findSample('01'), ['--demo', ...process.argv.slice(2)]);
