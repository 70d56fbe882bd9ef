import type { ChannelModel } from 'amqplib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BrokerLink } from '../../lib/backends/rabbitmq/broker-link.js';
import { resolveRabbitMqOptions } from '../../lib/backends/rabbitmq/resolve-rabbitmq-options.js';
import { sharedRabbitMq } from '../servers/shared-rabbitmq.js';
import { TcpProxy } from '../servers/tcp-proxy.js';

const PATIENCE = { timeout: 10_000, interval: 10 };

describe('a connection to rabbitmq', () => {
  let proxy: TcpProxy;
  let ups: ChannelModel[];
  let downs: number;
  /** What is done while it is being set up. */
  let whileUp: (model: ChannelModel) => Promise<void>;
  let link: BrokerLink;

  beforeEach(async () => {
    const url = new URL((await sharedRabbitMq()).url);
    proxy = await TcpProxy.before(Number(url.port || 5672));
    Object.assign(url, { hostname: '127.0.0.1', port: String(proxy.port) });
    [ups, downs, whileUp] = [[], 0, async () => undefined];
    const settings = resolveRabbitMqOptions({ name: 'rabbitmq', url: url.href, options: {} });
    link = new BrokerLink(settings, 'publish', {
      up: async (model) => {
        ups.push(model);
        await whileUp(model);
      },
      down: () => void downs++,
      warn: () => undefined,
    });
    await link.open();
  });
  afterEach(async () => {
    await link.close();
    await proxy.close();
  });

  const isBack = () => vi.waitFor(() => expect(link.model).toBe(ups.at(-1)), PATIENCE);

  it('that is lost again while it is set up comes back all the same', async () => {
    whileUp = async (model) => {
      whileUp = async () => undefined;
      const closed = new Promise((resolve) => model.once('close', resolve));
      proxy.cut();
      // As where what fails then is a warning.
      await closed;
    };
    proxy.cut();
    await vi.waitFor(() => expect(ups).toHaveLength(3), PATIENCE);
    await isBack();
    expect(downs).toBe(2);
    await (await link.model!.createChannel()).close();
  });

  it('whose set-up fails is made anew', async () => {
    whileUp = () => {
      whileUp = async () => undefined;
      return Promise.reject(new Error('no channel'));
    };
    proxy.cut();
    await vi.waitFor(() => expect(ups).toHaveLength(3), PATIENCE);
    await isBack();
    expect(downs).toBe(2);
  });

  it('that is back has no trouble any more', async () => {
    proxy.cut();
    await vi.waitFor(() => expect(link.model).toBeUndefined(), PATIENCE);
    expect(link.trouble).toBeInstanceOf(Error);
    await vi.waitFor(() => expect(ups).toHaveLength(2), PATIENCE);
    await isBack();
    expect(link.trouble).toBeUndefined();
  });
});
