import { Task, type TaskContext, type TaskOptions, type TaskPayload } from 'nestjs-tasks';
import { z } from 'zod';

interface Tree {
  readonly name: string;
  readonly children: readonly Tree[];
}
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type OrderId = string & { readonly __brand: 'OrderId' };
class Row {
  id = 'a';
  isNew?: () => boolean;
}
class Entity {
  id = 'a';
  save(): void {}
}
enum Colour {
  Red = 'red',
}
const Reminder = z.object({ at: z.iso.datetime().transform((text) => new Date(text)) });
const piped: TaskOptions = { name: 'piped' };

/* Without a schema a handler gets what was enqueued, as the codec has made it. */
export class Payloads {
  /* What arrives as it is, or of which the compiler cannot tell. */
  @Task() nothing(): void {}
  @Task() context(_ctx: TaskContext): void {}
  @Task() ticks(_payload: undefined, _ctx: TaskContext): void {}
  @Task() empty(_payload: null): void {}
  @Task() text(_payload: string): void {}
  @Task('named') named(_payload: { to: string; at?: string | null }, _ctx: TaskContext): void {}
  @Task({ maxRetries: 1 }) list(_payload: readonly { id: number }[]): void {}
  @Task() tuple(_payload: [string, number, ...boolean[]]): void {}
  @Task() either(_payload: 'a' | 5 | { kind: 'b' }): void {}
  @Task() optional(_payload?: { to: string }): void {}
  @Task() record(_payload: Record<string, number>): void {}
  @Task() branded(_payload: { order: OrderId; colour: Colour }): void {}
  @Task() row(_payload: Row): void {}
  @Task() tree(_payload: Tree): void {}
  @Task() json(_payload: Json): void {}
  @Task() unknown(_payload: unknown): void {}
  /* What arrives is one of what it says. */
  @Task() mixed(_payload: { at: string | Date }[]): void {}
  @Task() nested(_payload: { meta: unknown }): void {}
  // oxlint-disable-next-line typescript/no-explicit-any -- it is what is tested
  @Task() any(_payload: any): void {}
  @Task() generic<T>(payload: T): T {
    return payload;
  }
  @Task({ schema: Reminder }) remind(_payload: TaskPayload<typeof Reminder>): void {}
  /* A pipe makes it so: options whose type says nothing of a schema are not checked against the method. */
  @Task(piped) ofPipe(_payload: { at: Date }): void {}

  /* What arrives as something else. */
  // @ts-expect-error: a Date arrives as a text
  @Task() date(_payload: Date): void {}
  // @ts-expect-error: wherever it stands
  @Task('at') at(_payload: { at: Date }): void {}
  // @ts-expect-error: also where it may be left out
  @Task({ maxRetries: 1 }) perhaps(_payload?: { at?: Date }): void {}
  // @ts-expect-error: and in a list
  @Task() dates(_payload: { seen: readonly { at: Date | null }[] }): void {}
  // @ts-expect-error: a URL arrives as a text
  @Task() url(_payload: { link: URL }): void {}
  // @ts-expect-error: a Buffer as what says how it was written
  @Task() buffer(_payload: Buffer): void {}
  // @ts-expect-error: a Map arrives empty
  @Task() map(_payload: Map<string, string>): void {}
  // @ts-expect-error: JSON has no bigint
  @Task() big(_payload: { amount: bigint }): void {}
  // @ts-expect-error: methods stay behind
  @Task() entity(_payload: Entity): void {}
  // @ts-expect-error: the schema is missing that makes a Date of the text
  @Task() forgotten(_payload: TaskPayload<typeof Reminder>): void {}
}
