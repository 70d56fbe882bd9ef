import type { Carried, ErrorRecord, IsCarried, Serialized } from 'nestjs-tasks';
import { same } from './same.js';

/* What becomes of a type on its way through JSON. */
same<Serialized<string | number | null>, string | number | null>(true);
same<Serialized<Date>, string>(true);
same<Serialized<{ at: Date; to: string }>, { at: string; to: string }>(true);
same<Serialized<{ at?: Date }>, { at?: string }>(true);
same<Serialized<Date[]>, string[]>(true);
same<Serialized<[Date, number]>, [string, number]>(true);
same<Serialized<{ toJSON(): { cents: Date } }>, { cents: string }>(true);
same<Serialized<{ name: string; greet(): void }>, { name: string }>(true);
same<Serialized<Map<string, number>>, Record<string, never>>(true);
same<Serialized<'a' | 'b'>, 'a' | 'b'>(true);
same<Serialized<boolean>, boolean>(true);
same<Serialized<undefined>, undefined>(true);
same<Serialized<unknown>, unknown>(true);
same<Serialized<bigint>, never>(true);
same<Serialized<() => void>, never>(true);

interface Tree {
  readonly planted: Date;
  readonly children: readonly Tree[];
}
/** A type that contains itself. */
export const grown = (tree: Serialized<Tree>): string | undefined => tree.children[0]?.children[0]?.planted;

/* What the codec can carry without losing part of it. */
same<IsCarried<string>, true>(true);
same<IsCarried<Date>, true>(true);
same<IsCarried<{ a: { b: number[] } }>, true>(true);
same<IsCarried<{ a?: Date | null }>, true>(true);
same<IsCarried<unknown>, true>(true);
same<IsCarried<bigint>, false>(true);
same<IsCarried<symbol>, false>(true);
same<IsCarried<() => void>, false>(true);
same<IsCarried<Map<string, number>>, false>(true);
same<IsCarried<Set<number>>, false>(true);
same<IsCarried<{ a: { b: bigint } }>, false>(true);
same<IsCarried<{ a: Set<string>[] }>, false>(true);
same<IsCarried<{ name: string; greet(): void }>, false>(true);
same<IsCarried<Uint8Array>, false>(true);
same<IsCarried<Buffer>, true>(true);
same<IsCarried<Error>, false>(true);
same<IsCarried<{ reason: TypeError | null }>, false>(true);
same<IsCarried<RegExp>, false>(true);
same<IsCarried<Promise<string>>, false>(true);
same<IsCarried<{ pixels: Float64Array }>, false>(true);
same<IsCarried<ArrayBuffer>, false>(true);
same<IsCarried<DataView>, false>(true);
/* Only looks like an error. */
same<IsCarried<{ name: string; message: string }>, true>(true);
same<IsCarried<ErrorRecord>, true>(true);
same<IsCarried<{ name: string; message: string; toJSON(): string }>, true>(true);

same<Carried<{ to: string }>, { to: string }>(true);
same<Carried<{ to: bigint }>, never>(true);
same<Carried<'a' | 'b'>, 'a' | 'b'>(true);

/* Types that contain themselves are told too. */
same<IsCarried<Tree>, true>(true);
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
same<IsCarried<Json>, true>(true);
same<Carried<Json>, Json>(true);
interface Bad {
  readonly next: Bad | null;
  readonly id: bigint;
}
same<IsCarried<Bad>, false>(true);
