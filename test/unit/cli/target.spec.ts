import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { targetOf } from '../../../lib/cli/session/target.js';
import { temporaryFolder } from '../../servers/child-server.mjs';

const folder = temporaryFolder('target');
afterAll(() => folder.dispose());
const app = join(folder.path, 'app.module.js');
writeFileSync(app, '');
const nothing = join(folder.path, 'nothing');
mkdirSync(nothing);
writeFileSync(join(nothing, 'package.json'), '{}');

describe('where the tasks are', () => {
  it('is the address that is given, with what belongs to it', () => {
    expect(targetOf({ url: 'redis://a', prefix: 'p' }, { NEST_TASKS_APP: app }, nothing)).toEqual({
      kind: 'address',
      url: 'redis://a',
      options: { prefix: 'p' },
    });
  });

  it('is RabbitMQ with what keeps its jobs, each with what belongs to it', () => {
    const options = { url: 'amqp://a', prefix: 'p', ledger: 'redis://b', ledgerPrefix: 'q' };
    expect(targetOf(options, {}, nothing)).toEqual({
      kind: 'address',
      url: 'amqp://a',
      options: { prefix: 'p' },
      ledger: { url: 'redis://b', options: { prefix: 'q' } },
    });
    expect(targetOf({ url: 'amqps://a', ledger: 'postgres://b', schema: 's' }, {}, nothing)).toMatchObject({
      options: {},
      ledger: { options: { schema: 's' } },
    });
  });

  it('is the app that is given, with the name of what it exports', () => {
    expect(targetOf({ app: `${app}#Shop` }, {}, nothing)).toEqual({
      kind: 'app',
      file: app,
      exported: 'Shop',
    });
  });

  it('is else what the environment, the package.json above, or the variables of the app say', () => {
    expect(targetOf({}, { NEST_TASKS_APP: app }, nothing)).toMatchObject({ kind: 'app', file: app });
    writeFileSync(join(folder.path, 'package.json'), '{ "nest-tasks": { "app": "app.module.js" } }');
    expect(targetOf({}, {}, folder.path)).toMatchObject({ kind: 'app', file: app });
    expect(targetOf({}, { TASKS__BACKEND__URL: 'redis://a' }, nothing)).toEqual({ kind: 'environment' });
  });

  it('is told of a package.json that cannot be read, by its path', () => {
    const broken = join(folder.path, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'package.json'), '{ "nest-tasks": ');
    expect(() => targetOf({}, {}, broken)).toThrow(`${join(broken, 'package.json')} cannot be read`);
    expect(targetOf({ app }, {}, broken)).toMatchObject({ kind: 'app' });
  });

  it.each([
    [{ app, url: 'redis://a' }, '--app and --url are both given'],
    [{ app, prefix: 'p' }, '--prefix, --schema and --ledger belong to --url'],
    [{ app, ledger: 'redis://a' }, '--prefix, --schema and --ledger belong to --url'],
    [{ url: 'redis://a', ledger: 'redis://b' }, '--ledger belongs to RabbitMQ'],
    [{ url: 'amqp://a', ledgerPrefix: 'q' }, '--ledger-prefix belongs to --ledger'],
    [{ app: 'no-such-file.js' }, 'There is no file no-such-file.js'],
    [{ app: folder.path }, `${folder.path} is no file`],
    [{ url: 'amqp://a', ledger: 'amqps://b' }, 'RabbitMQ keeps no jobs'],
    [{}, 'Nothing says where the tasks are'],
  ])('is refused as %j', (options, message) => {
    expect(() => targetOf(options, {}, nothing)).toThrow(message);
  });
});
