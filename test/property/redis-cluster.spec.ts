import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type BackendHarness, testTaskBackendModel } from 'nestjs-tasks/testing';
import type { Claim, ClaimRequest, TaskBackend } from '../../lib/contract/index.js';
import { ForwardingQueue } from '../contract/broken/forwarding-queue.js';
import { clusterOfOneHarnessOn } from '../contract/redis-harness.js';
import { type PrivateCluster, startRedisCluster } from '../servers/redis-topologies.js';

let cluster: PrivateCluster;
beforeAll(async () => {
  cluster = await startRedisCluster(1);
}, 60_000);
afterAll(() => cluster.stop());

/**
 * A claim over several queues is a call for each, all at once: what a settlement on one lets go on another may be taken by the next claim. The model
 * takes it by the same, so it settles by a claim of its own.
 */
class SettlingFirst extends ForwardingQueue {
  override async claim(request: ClaimRequest): Promise<Claim> {
    const { settle = [], ...rest } = request;
    if (settle.length === 0) return super.claim(request);
    const settled = await super.claim({ ...rest, take: [], settle });
    const taken = await super.claim(rest);
    const ended = [...(settled.ended ?? []), ...(taken.ended ?? [])];
    return { ...taken, verdicts: settled.verdicts, refused: settled.refused, ended };
  }
}

const wrap = ({ queue, state }: TaskBackend): TaskBackend => ({ queue: new SettlingFirst(queue), state });

/** What is one step elsewhere is several here, from slot to slot: once they are done nothing may be seen of it. */
const sound = clusterOfOneHarnessOn('redis, a cluster', async () => {
  const [server] = cluster.servers;
  return { url: (server as { url: string }).url };
});
const harness: BackendHarness = {
  ...sound,
  shareOfRuns: 0.2,
  create: async () => {
    const made = await sound.create();
    return { ...made, backend: wrap(made.backend) };
  },
};
testTaskBackendModel({ describe, it, beforeAll, afterAll }, harness, fc);
