/**
 * What a deployment is billed for, counted while it happens: rows, requests, alarms, queue messages, operations of KV and R2, and the
 * time in which objects have something under way. Shapes and arithmetic only.
 */

export type ObjectCounts = {
  readonly rowsRead: number;
  /** Of statements, as SQLite's cursor tells them (indexes count), and one for each alarm that is set or deleted. */
  readonly rowsWritten: number;
  /** RPC calls and alarms. */
  readonly requests: number;
  readonly alarmsSet: number;
  /** Objects that came into memory. */
  readonly constructed: number;
  /** Milliseconds in which at least one call or alarm was under way, summed over the objects of the class. */
  readonly activeMs: number;
};

export type Counts = {
  readonly objects: { readonly [className: string]: ObjectCounts };
  readonly d1: { readonly rowsRead: number; readonly rowsWritten: number; readonly queries: number };
  /** Messages sent, their bytes as JSON, deliveries to the consumer (a retry delivers again), batches. */
  readonly queue: { readonly sent: number; readonly bytes: number; readonly delivered: number; readonly batches: number };
  readonly kv: { readonly reads: number; readonly writes: number };
  readonly r2: { readonly classA: number; readonly classB: number };
  readonly http: { readonly requests: number };
  /** When an object of the class last came into memory, epoch milliseconds. */
  readonly constructedAt: { readonly [className: string]: number };
};

type Numbers = { readonly [name: string]: number };

/** What happened between two looks, `later` minus `earlier`. */
export function difference(later: Counts, earlier: Counts): Counts {
  const names = Object.keys(later.objects);
  return {
    objects: Object.fromEntries(names.map((name) => [name, minus(later.objects[name] ?? NOTHING, earlier.objects[name] ?? NOTHING)])),
    d1: minus(later.d1, earlier.d1),
    queue: minus(later.queue, earlier.queue),
    kv: minus(later.kv, earlier.kv),
    r2: minus(later.r2, earlier.r2),
    http: minus(later.http, earlier.http),
    constructedAt: later.constructedAt,
  };
}

const NOTHING: ObjectCounts = { rowsRead: 0, rowsWritten: 0, requests: 0, alarmsSet: 0, constructed: 0, activeMs: 0 };

const minus = <T extends Numbers>(later: T, earlier: T): T =>
  Object.fromEntries(Object.entries(later).map(([name, value]) => [name, value - (earlier[name] ?? 0)])) as T;

/** Rows written by all objects and D1 together. */
export const rowsWritten = (counts: Counts): number =>
  counts.d1.rowsWritten + Object.values(counts.objects).reduce((sum, object) => sum + object.rowsWritten, 0);

export const rowsRead = (counts: Counts): number =>
  counts.d1.rowsRead + Object.values(counts.objects).reduce((sum, object) => sum + object.rowsRead, 0);
