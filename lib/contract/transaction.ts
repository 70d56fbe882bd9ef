/** A transaction of the caller's, opaque here (on PostgreSQL a client inside `begin`). */
export type Transaction = { readonly __transaction?: unique symbol } & object;
