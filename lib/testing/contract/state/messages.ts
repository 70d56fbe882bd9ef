import assert from 'node:assert/strict';
import type { Payload } from '../../../contract/index.js';
import { HOSTILE_TEXTS } from '../hostile-texts.js';
import { topic } from '../topic.js';

export const messages = topic('state: publish and watch', (test) => {
  test('reaches everyone who watches, in order', async (stage) => {
    const channel = stage.name('channel');
    const heard: Payload[][] = [[], []];
    const watches = await Promise.all(
      heard.map((list) => stage.state.watch(channel, (message) => list.push(message))),
    );
    for (const message of ['one', 'two', 'three']) await stage.state.publish(channel, message);
    await stage.eventually(() => heard.every((list) => list.length >= 3), 'all messages arrive');
    assert.deepEqual(heard, [
      ['one', 'two', 'three'],
      ['one', 'two', 'three'],
    ]);
    for (const watch of watches) await watch.close();
  });

  test('reaches nobody on another channel', async (stage) => {
    const [channel, other] = [stage.name('channel'), stage.name('channel')];
    const heard: Payload[] = [];
    const watch = await stage.state.watch(other, (message) => heard.push(message));
    await stage.state.publish(channel, 'elsewhere');
    await stage.state.publish(other, 'here');
    await stage.eventually(() => heard.length > 0, 'the message arrives');
    assert.deepEqual(heard, ['here']);
    await watch.close();
  });

  test('reaches nobody who has stopped watching, and still the others', async (stage) => {
    const channel = stage.name('channel');
    const [gone, there]: [Payload[], Payload[]] = [[], []];
    const first = await stage.state.watch(channel, (message) => gone.push(message));
    const second = await stage.state.watch(channel, (message) => there.push(message));
    await first.close();
    await first.close();
    await stage.state.publish(channel, 'hello');
    await stage.eventually(() => there.length > 0, 'the message arrives');
    assert.deepEqual(gone, []);
    await second.close();
  });

  test('keeps nothing for who comes later', async (stage) => {
    const channel = stage.name('channel');
    const heard: Payload[] = [];
    await stage.state.publish(channel, 'early');
    const watch = await stage.state.watch(channel, (message) => heard.push(message));
    await stage.state.publish(channel, 'late');
    await stage.eventually(() => heard.length > 0, 'the message arrives');
    assert.deepEqual(heard, ['late']);
    await watch.close();
  });

  test('carries texts and bytes exactly', async (stage) => {
    const channel = stage.name('channel');
    const heard: Payload[] = [];
    const watch = await stage.state.watch(channel, (message) => heard.push(message));
    const sent: Payload[] = ['', 'NUL \u0000 and 🦊', 'x'.repeat(20_000), Uint8Array.of(0, 1, 254, 255)];
    for (const message of sent) await stage.state.publish(channel, message);
    await stage.eventually(() => heard.length >= sent.length, 'all messages arrive');
    for (const [place, message] of sent.entries()) {
      const back = heard[place];
      if (typeof message === 'string') assert.equal(back, message);
      else assert.ok(back instanceof Uint8Array && Buffer.from(back).equals(Buffer.from(message)));
    }
    await watch.close();
  });

  test('takes channels whatever they are called', async (stage) => {
    const suffix = stage.name('channel');
    const heard: Payload[] = [];
    for (const text of HOSTILE_TEXTS) {
      const watch = await stage.state.watch(`${text}/${suffix}`, () => heard.push(text));
      await stage.state.publish(`${text}/${suffix}`, 'hello');
      await stage.eventually(() => heard.includes(text), `heard on ${text}`);
      await watch.close();
    }
    assert.equal(heard.length, HOSTILE_TEXTS.length);
  });
});
