/**
 * A value that is fetched when first needed and then kept. It keeps the value and never the promise: a promise of one request must
 * not be awaited by another (the runtime ends a request whose I/O belongs to another one). A failure is not kept.
 */
export function once<T>(fetch: () => Promise<T>): () => Promise<T> {
  let kept: { readonly value: T } | null = null;
  return async () => {
    kept ??= { value: await fetch() };
    return kept.value;
  };
}

/** The same, for values that change now and then: fetched again when older than `maxAgeMs`. */
export function onceAWhile<T>(fetch: () => Promise<T>, maxAgeMs: number, now: () => number): () => Promise<T> {
  let kept: { readonly value: T; readonly at: number } | null = null;
  return async () => {
    if (kept === null || now() - kept.at > maxAgeMs) kept = { value: await fetch(), at: now() };
    return kept.value;
  };
}
