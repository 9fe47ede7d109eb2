/** Expected outcomes travel as data; `throw` is kept for bugs and broken infrastructure. */
export type Result<T, E> = Ok<T> | Err<E>;
/** A success with its value. */
export type Ok<T> = { readonly ok: true; readonly value: T };
/** An expected failure with its reason. */
export type Err<E> = { readonly ok: false; readonly error: E };

/** Wraps the value of a success. */
export const ok = <T>(value: T): Ok<T> => ({ ok: true, value });
/** Wraps the reason of an expected failure. */
export const err = <E>(error: E): Err<E> => ({ ok: false, error });

/** Closes a switch over a union: a new variant that nobody handles does not compile. */
export function unreachable(value: never): never {
  throw new TypeError(`unhandled variant: ${JSON.stringify(value)}`);
}
