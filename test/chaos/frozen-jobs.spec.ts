import { describeFrozenJobs } from './frozen/frozen-jobs.js';
import { postgresStore } from './frozen/postgres-store.js';
import { redisStore } from './frozen/redis-store.js';

for (const store of [redisStore, postgresStore]) describeFrozenJobs(store);
