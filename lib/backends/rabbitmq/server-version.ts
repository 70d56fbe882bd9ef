/** From here on quorum queues have all priorities, and end the consumer of a message that was in hand for too long, and not its channel. */
const QUORUM_QUEUES_5 = [4, 3] as const;

/** Whether a server, by the version that it tells, has quorum queues as of RabbitMQ 4.3. */
export function hasLatestQuorumQueues(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [since, sinceMinor] = QUORUM_QUEUES_5;
  return major > since || (major === since && minor >= sinceMinor);
}
