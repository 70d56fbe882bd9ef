import type { IncomingMessage } from 'node:http';
import {
  Task,
  type ErrorRecord,
  type HandlerRegistry,
  type ResultOf,
  type TaskClient,
  type TaskPayload,
} from 'nestjs-tasks';
import type { Observable } from 'rxjs';
import type ts from 'typescript';
import { z } from 'zod';
import { same } from './same.js';

/** As an ORM makes them: fields, and methods that stay behind. */
class Row {
  id = 'a';
  at = new Date(0);
  parent?: Row | null;
  isNew?: () => boolean;

  save(): Promise<this> {
    return Promise.resolve(this);
  }

  [Symbol.iterator](): Iterator<string> {
    return [this.id].values();
  }
}
interface Tree {
  readonly name: string;
  readonly children: readonly Tree[];
}
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
declare const give: never;
const Amount = z.object({ amount: z.bigint() });

class Results {
  /* What travels, or of which the compiler cannot tell. */
  @Task() nothing(): void {}
  @Task() async later(): Promise<void> {}
  @Task() perhaps(): Promise<string | undefined> {
    return give;
  }
  @Task() dated(): { at: Date }[] {
    return give;
  }
  @Task() row(): Promise<Row> {
    return give;
  }
  @Task() rows(): Promise<readonly Row[] | null> {
    return give;
  }
  @Task() tree(): Tree {
    return give;
  }
  @Task() json(): Promise<Json> {
    return give;
  }
  @Task() url(): Promise<URL> {
    return give;
  }
  @Task() file(): Promise<Buffer> {
    return give;
  }
  @Task() record(): ErrorRecord {
    return give;
  }
  @Task() either(): Promise<Date> | string {
    return give;
  }
  @Task() tuple(): [Date, number, ...string[]] {
    return give;
  }
  @Task() never(): never {
    return give;
  }
  @Task() unknown(): Promise<unknown> {
    return give;
  }
  // oxlint-disable-next-line typescript/no-explicit-any -- it is what is tested
  @Task() any(): any {
    return give;
  }
  @Task() generic<T>(payload: T): T {
    return payload;
  }
  @Task() stream(): Observable<{ at: Date }> {
    return give;
  }
  @Task() laterStream(): Promise<Observable<number>> {
    return give;
  }
  /* Types that no job should give, yet of which nobody can tell; what counts is that the compiler comes to an end. */
  @Task() node(): ts.Node {
    return give;
  }
  @Task({ schema: Amount }) takes(_payload: TaskPayload<typeof Amount>): void {}

  /* What would make each job a dead letter. */
  // @ts-expect-error: the class with the tasks, and with it what it injects
  @Task() async itself(): Promise<this> {
    return this;
  }
  // @ts-expect-error: nor at once
  @Task() fluent(): this {
    return this;
  }
  // @ts-expect-error: JSON has no bigint
  @Task() bigint(): Promise<bigint> {
    return give;
  }
  // @ts-expect-error: JSON has no bigint
  @Task({ name: 'sum', schema: z.string() }) sum(_payload: string): { total?: bigint } {
    return give;
  }
  // @ts-expect-error: nor a symbol
  @Task() symbol(): symbol {
    return give;
  }
  // @ts-expect-error: nor a function
  @Task() callback(): () => void {
    return give;
  }
  // @ts-expect-error: a Map would arrive empty
  @Task() map(): Promise<Map<string, number>> {
    return give;
  }
  // @ts-expect-error: and a Set, wherever it stands
  @Task() set(): Promise<{ seen: { ids: ReadonlySet<string> }[] }> {
    return give;
  }
  // @ts-expect-error: one of several
  @Task() sometimes(): Promise<string | Map<string, number>> {
    return give;
  }
  // @ts-expect-error: Promise.all is missing
  @Task() promises(): Promise<void>[] {
    return give;
  }
  // @ts-expect-error: an error is thrown, not returned
  @Task() error(): TypeError {
    return give;
  }
  // @ts-expect-error: binary data is no JSON; a Buffer says how it is written
  @Task() bytes(): Promise<Uint8Array> {
    return give;
  }
  // @ts-expect-error: nor is this
  @Task() buffer(): Promise<ArrayBuffer> {
    return give;
  }
  // @ts-expect-error: what a weak collection holds cannot be listed
  @Task() weak(): Promise<WeakMap<object, string>> {
    return give;
  }
  // @ts-expect-error: nor this, wherever it stands
  @Task() seen(): { seen: WeakSet<object> } {
    return give;
  }
  // @ts-expect-error: nor a pattern
  @Task() pattern(): { pattern: RegExp } {
    return give;
  }
  // @ts-expect-error: what an Observable ends with travels, and is no JSON here
  @Task() streamOfBigints(): Observable<bigint> {
    return give;
  }
  // @ts-expect-error: nobody would run it
  @Task() *steps(): Generator<number> {
    yield 1;
  }
  // @ts-expect-error: nor this
  @Task() async *pages(): AsyncGenerator<number> {
    yield 1;
  }
  // @ts-expect-error: a request of Node has bytes and maps in it
  @Task() request(): IncomingMessage {
    return give;
  }
}

declare const client: TaskClient<Results>;
declare const registry: HandlerRegistry;

/* Callers get what JSON makes of it. */
export const at: Promise<string> = client.row.delay().then(async (job) => (await job.result()).at);
same<ResultOf<Results['stream']>, { at: string }>(true);
same<ResultOf<Results['laterStream']>, number>(true);
// @ts-expect-error: methods stay behind
export const saved = client.row.delay().then(async (job) => (await job.result()).save());

/* Functions give what they like: it is checked when it is there. */
registry.register('count', () => new Map());
