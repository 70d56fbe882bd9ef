import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxyMode } from '../harness/chaos-proxy.js';
import { type Fault, prove } from '../harness/fault.js';
import { HEARTBEAT_MS } from '../harness/rabbitmq-broker.js';
import { ONLY_ON_RABBITMQ } from './on-rabbitmq.js';
import { until } from './until.js';

const SLOW_MS = 40;
const SLOW_FOR_MS = 1_500;

/** Nothing gets through and no connection ends: a partition of everybody, so that all leases end and nobody looks before whoever had them is back. */
export const partition: Fault = {
  name: 'partition for longer than a lease',
  fire: async ({ broker: { proxy }, broker, lease }) => {
    const before = proxy.vanished;
    proxy.mode = 'blackhole';
    await sleep(lease * 1.4);
    const { overdue } = await broker.held();
    proxy.mode = 'pass';
    prove(proxy.vanished > before, 'nothing was lost');
    prove(overdue === undefined || overdue > 0, 'no lease was over, or somebody had looked');
    return `${proxy.vanished - before} bytes lost in ${Math.round(lease * 1.4)} ms, ${overdue ?? 'no'} leases over and not looked at`;
  },
};

/** One worker is parted from the server, for two leases: the others have its jobs when it is back with what came of them. */
export const partitionOne: Fault = {
  name: 'partition of one worker for two leases',
  fire: async ({ broker, fleet, lease }) => {
    const before = broker.apart.reduce((sum, { vanished }) => sum + vanished, 0);
    const { done } = fleet.total;
    for (const line of broker.apart) line.mode = 'blackhole';
    await sleep(lease * 2);
    const { overdue } = await broker.held();
    for (const line of broker.apart) line.mode = 'pass';
    const vanished = broker.apart.reduce((sum, line) => sum + line.vanished, 0) - before;
    prove(vanished > 0, 'nothing was lost');
    prove(!overdue, `${overdue} leases were over, and nobody had looked`);
    prove(fleet.total.done > done, 'the others stood still');
    return `${vanished} bytes of one worker lost in ${lease * 2} ms, its jobs run elsewhere`;
  },
};

/** What the server says is lost: a half-open connection. */
export const deafClients = blackhole('replies lost', 'blackhole-replies', 0.8);
/** What is said to the server is lost. */
export const deafServer = blackhole('requests lost', 'blackhole-requests', 0.8);

/** The server's side of every connection says that it has ended. */
export const halfClose: Fault = {
  name: 'every connection half-closed',
  fire: async ({ broker: { proxy } }) => {
    const closed = proxy.halfClose();
    prove(closed > 0, 'there was no connection');
    return `${closed} connections half-closed`;
  },
};

export const latency: Fault = {
  name: 'a slow network',
  fire: async ({ broker: { proxy } }) => {
    proxy.latency = SLOW_MS;
    await sleep(SLOW_FOR_MS);
    proxy.latency = 0;
    prove(proxy.connections > 0, 'there was no connection');
    return `${SLOW_MS} ms more each way for ${SLOW_FOR_MS} ms on ${proxy.connections} connections`;
  },
};

/** The line is half-open for longer than two heartbeats: both sides have to notice by themselves, while nobody says that anything has ended. */
export const halfOpen: Fault = {
  name: 'half-open for longer than two heartbeats',
  absent: ONLY_ON_RABBITMQ,
  fire: async ({ broker: { proxy }, fleet }) => {
    const before = proxy.ended;
    const processes = fleet.workers.length + fleet.producers.length;
    proxy.mode = 'blackhole-replies';
    const since = performance.now();
    await sleep(2 * HEARTBEAT_MS);
    await until(async () => proxy.ended - before >= processes, 'the connections were not given up');
    proxy.mode = 'pass';
    const ms = Math.round(performance.now() - since);
    return `${proxy.ended - before} connections of ${processes} processes given up in ${ms} ms`;
  },
};

function blackhole(name: string, mode: ProxyMode, leases: number): Fault {
  return {
    name,
    fire: async ({ broker: { proxy }, lease }) => {
      const before = proxy.vanished;
      proxy.mode = mode;
      await sleep(lease * leases);
      proxy.mode = 'pass';
      const vanished = proxy.vanished - before;
      prove(vanished > 0, 'nothing was lost');
      return `${vanished} bytes lost in ${Math.round(lease * leases)} ms`;
    },
  };
}
