/**
 * Wraps the platform's classes, bindings and handler so that each use of what is billed is counted. Changes nothing of what they do.
 * Lives in a build of its own: the one that is deployed, and the one whose speed is measured, have none of this.
 */
import type { Counts, ObjectCounts } from "./counts.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] extends object ? Writable<T[K]> : T[K] };
type Method = (...given: unknown[]) => unknown;
type ObjectClass = new (ctx: DurableObjectState, env: Cloudflare.Env) => object;

const counts: Writable<Counts> = {
  objects: {},
  d1: { rowsRead: 0, rowsWritten: 0, queries: 0 },
  queue: { sent: 0, bytes: 0, delivered: 0, batches: 0 },
  kv: { reads: 0, writes: 0 },
  r2: { classA: 0, classB: 0 },
  http: { requests: 0 },
  constructedAt: {},
};
/** Cursors whose rows are told when they have been read to their end, which is after the call. */
const unread: { readonly of: Writable<ObjectCounts>; readonly cursor: SqlStorageCursor<Record<string, SqlStorageValue>> }[] = [];

/** A class like `Base` whose objects count what they use. */
export function metered(name: string, Base: ObjectClass): ObjectClass {
  const of: Writable<ObjectCounts> = { rowsRead: 0, rowsWritten: 0, requests: 0, alarmsSet: 0, constructed: 0, activeMs: 0 };
  counts.objects[name] = of;
  class Metered extends Base {
    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      counts.constructedAt[name] = Date.now();
      meterStorage(ctx.storage, of);
      super(ctx, meteredEnvironment(env));
      of.constructed += 1;
    }
  }
  const underWay = new WeakMap<object, { calls: number; since: number }>();
  for (const method of Object.getOwnPropertyNames(Base.prototype)) {
    const original = (Base.prototype as Record<string, unknown>)[method];
    if (method === "constructor" || typeof original !== "function") continue;
    Object.defineProperty(Metered.prototype, method, {
      value: function (this: object, ...given: unknown[]) {
        const use = underWay.get(this) ?? { calls: 0, since: 0 };
        underWay.set(this, use);
        if (use.calls === 0) use.since = Date.now();
        use.calls += 1;
        of.requests += 1;
        return whenOver((original as Method).apply(this, given), () => {
          use.calls -= 1;
          if (use.calls === 0) of.activeMs += Date.now() - use.since;
        });
      },
    });
  }
  return Metered;
}

/** The Worker's handler, with `/__counts` beside it. */
export function meteredHandler(handler: ExportedHandler<Cloudflare.Env>): ExportedHandler<Cloudflare.Env> {
  return {
    ...handler,
    async fetch(request, env, context) {
      if (new URL(request.url).pathname === "/__counts") return Response.json(snapshot());
      counts.http.requests += 1;
      return (await handler.fetch?.(request, meteredEnvironment(env), context)) ?? new Response(null, { status: 404 });
    },
    async queue(batch, env, context) {
      counts.queue.batches += 1;
      counts.queue.delivered += batch.messages.length;
      await handler.queue?.(batch, meteredEnvironment(env), context);
    },
  };
}

function snapshot(): Counts {
  for (const { of, cursor } of unread.splice(0)) of.rowsRead += cursor.rowsRead;
  return counts;
}

function meterStorage(storage: DurableObjectStorage, of: Writable<ObjectCounts>): void {
  const { sql } = storage;
  const exec = sql.exec.bind(sql) as unknown as Method;
  replace(sql, "exec", (...given) => {
    const cursor = exec(...given) as SqlStorageCursor<Record<string, SqlStorageValue>>;
    of.rowsWritten += cursor.rowsWritten; // a statement without a result is through when it returns
    unread.push({ of, cursor });
    return cursor;
  });
  for (const method of ["setAlarm", "deleteAlarm"] as const) {
    const original = storage[method].bind(storage) as unknown as Method;
    replace(storage, method, (...given) => {
      of.rowsWritten += 1; // each `setAlarm` is billed as one row, deletes are rows written
      of.alarmsSet += 1;
      return original(...given);
    });
  }
}

let environment: { readonly of: Cloudflare.Env; readonly metered: Cloudflare.Env } | null = null;

function meteredEnvironment(env: Cloudflare.Env): Cloudflare.Env {
  if (environment?.metered === env || environment?.of === env) return environment.metered;
  const replaced: Record<string, unknown> = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, meteredBinding(value)]));
  environment = { of: env, metered: replaced as unknown as Cloudflare.Env };
  return environment.metered;
}

function meteredBinding(value: unknown): unknown {
  const kind = value?.constructor?.name;
  if (kind === "D1Database") return meteredD1(value as D1Database);
  if (kind === "WorkerQueue" || kind === "Queue") {
    return counting(value as object, { send: ([message]) => note("queue", message), sendBatch: ([messages]) => noteAll(messages) });
  }
  if (kind === "KvNamespace" || kind === "KVNamespace") {
    const write = (): void => void counts.kv.writes++;
    return counting(value as object, { get: () => void counts.kv.reads++, put: write, delete: write, list: write });
  }
  if (kind === "R2Bucket") {
    const classA = (): void => void counts.r2.classA++;
    const classB = (): void => void counts.r2.classB++;
    return counting(value as object, { get: classB, head: classB, put: classA, list: classA });
  }
  return value;
}

function note(_: "queue", message: unknown): void {
  counts.queue.sent += 1;
  counts.queue.bytes += JSON.stringify(message).length;
}
const noteAll = (messages: unknown): void => {
  for (const { body } of messages as Iterable<{ body: unknown }>) note("queue", body);
};

/** The same object, with some of its methods telling their arguments first. */
function counting<T extends object>(value: T, tells: { readonly [method: string]: (given: unknown[]) => void }): T {
  return new Proxy(value, {
    get(target, name) {
      const found = Reflect.get(target, name) as unknown;
      if (typeof found !== "function") return found;
      return (...given: unknown[]) => {
        tells[String(name)]?.(given);
        return (found as Method).apply(target, given);
      };
    },
  });
}

const INNER = Symbol("the statement itself");
type Metered = D1PreparedStatement & { readonly [INNER]?: D1PreparedStatement };

function meteredD1(db: D1Database): D1Database {
  const statement = (inner: D1PreparedStatement): Metered =>
    ({
      [INNER]: inner,
      bind: (...given: unknown[]) => statement(inner.bind(...given)),
      run: async () => tell(await inner.run()),
      all: async () => tell(await inner.all()),
      first: async (column?: string) => {
        const { results } = tell(await inner.all<Record<string, unknown>>());
        const row = results[0] ?? null;
        return column === undefined || row === null ? row : (row[column] ?? null);
      },
      raw: async (options?: { columnNames?: false }) => {
        const rows = await inner.raw(options);
        counts.d1.queries += 1;
        counts.d1.rowsRead += rows.length; // `raw` tells no more than its rows
        return rows;
      },
    }) as unknown as Metered;
  return {
    prepare: (text: string) => statement(db.prepare(text)),
    batch: async (statements: Metered[]) => (await db.batch(statements.map((each) => each[INNER] ?? each))).map(tell),
    exec: db.exec.bind(db),
    dump: db.dump.bind(db),
    withSession: db.withSession.bind(db),
  } as unknown as D1Database;
}

function tell<T>(result: D1Result<T>): D1Result<T> {
  counts.d1.queries += 1;
  counts.d1.rowsRead += result.meta.rows_read;
  counts.d1.rowsWritten += result.meta.rows_written;
  return result;
}

function whenOver(result: unknown, over: () => void): unknown {
  if (result instanceof Promise) return result.finally(over);
  over();
  return result;
}

const replace = (object: object, name: string, value: Method): void => {
  Object.defineProperty(object, name, { value, configurable: true });
};
