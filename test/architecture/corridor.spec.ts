import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CORRIDOR, LEAVES, ROOT, importsOf, library, loadedBy, roomOf, targetOf } from './house.js';
import { findCycle } from './find-cycle.js';

const rooms = [...new Set(library.map(({ room }) => room))].filter((room) => room !== '');
const place = (room: string): number => CORRIDOR.indexOf(room);

/** Every import from one file of the library to another. */
const arrows = library.flatMap((file) =>
  importsOf(file).flatMap((specifier) => {
    const path = targetOf(file, specifier);
    return path === undefined
      ? []
      : [{ from: file.path, fromRoom: file.room, to: path, toRoom: roomOf(path) }];
  }),
);
type Arrow = (typeof arrows)[number];
const shown = (wanted: (arrow: Arrow) => boolean): string[] =>
  arrows.filter(wanted).map(({ from, to }) => `${from} → ${to}`);

describe('the corridor', () => {
  it('holds every folder of lib/, and each has a front door', () => {
    expect(rooms.filter((room) => !CORRIDOR.includes(room) && !LEAVES.includes(room))).toEqual([]);
    expect(rooms.filter((room) => !existsSync(join(ROOT, 'lib', room, 'index.ts')))).toEqual([]);
  });

  it('is the one that the linter knows', async () => {
    const config = (await import(new URL('../../oxlint.config.mjs', import.meta.url).href)) as {
      CORRIDOR: string[];
      LEAVES: string[];
    };
    expect([config.CORRIDOR, config.LEAVES]).toEqual([CORRIDOR, LEAVES]);
  });

  it('has imports that lead to files', () => {
    expect(shown(({ to }) => !existsSync(join(ROOT, to)))).toEqual([]);
  });

  it('has imports that point only at rooms before the own one', () => {
    const isWrong = ({ fromRoom, toRoom }: Arrow): boolean =>
      CORRIDOR.includes(fromRoom) &&
      toRoom !== fromRoom &&
      (toRoom === '' || place(toRoom) > place(fromRoom));
    expect(shown(isWrong)).toEqual([]);
  });

  it('has leaves that no other room imports', () => {
    expect(shown(({ fromRoom, toRoom }) => LEAVES.includes(toRoom) && fromRoom !== toRoom)).toEqual([]);
  });

  it('is entered through front doors: no import reaches into another room', () => {
    const isWrong = ({ fromRoom, to, toRoom }: Arrow): boolean =>
      toRoom !== '' && toRoom !== fromRoom && to !== `lib/${toRoom}/index.ts`;
    expect(shown(isWrong)).toEqual([]);
  });

  it('keeps Nest out of the contract, the errors, the codecs and the backends', () => {
    const wrong = library
      .filter(({ room }) => ['contract', 'errors', 'codecs', 'backends'].includes(room))
      .filter((file) => importsOf(file).some((specifier) => specifier.startsWith('@nestjs/')));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('lets one file alone touch what Nest keeps to itself', () => {
    const touching = library.filter((file) =>
      importsOf(file).some((specifier) => /^@nestjs\/[\w-]+\/./.test(specifier)),
    );
    const others = touching
      .map(({ path }) => path)
      .filter((path) => path !== 'lib/handlers/nest-internals.ts');
    expect(others).toEqual([]);
  });

  it('has no cycle of files that load each other', () => {
    const loads = new Map(
      library.map((file) => [
        file.path,
        loadedBy(file).flatMap((specifier) => targetOf(file, specifier) ?? []),
      ]),
    );
    expect([...loads.values()].flat().length).toBeGreaterThan(100);
    expect(findCycle([...loads.keys()], (path) => loads.get(path) ?? [])).toEqual([]);
  });
});
