/**
 * The KV namespace `ANSWERS`: values that may be lost at any time. Knows nothing of what is kept.
 *
 * It never throws and never takes long: what is out of reach is not there.
 */
import type { Json } from "../../core/json.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import { startDeadline } from "../kit/deadline.ts";

/** KV answers in some milliseconds where a key is in use; nobody waits for a slow one, since the call it spares takes seconds at most. */
const WAIT_MS = 500;
/** Seconds: the least that KV takes as time to live, and as time that one of its locations may remember a value. */
const SHORTEST_TTL = 60;
const LOCATION_TTL = 30;
/** Keys of one page of KV's list. */
const MOST_PAGES = 1_000;

const NEVER = new AbortController().signal;

/** Values in KV that may be lost at any time. */
export type KeptValues = {
  get(name: string): Promise<Json | undefined>;
  /** `tag`: found again by `forget`. At most 1,024 bytes as JSON. */
  put(name: string, value: Json, ttlMs: number, tag: { readonly subjects: readonly string[] }): Promise<void>;
  drop(name: string): Promise<void>;
  /** Drops all under the prefix whose tag names the subject, or all; how many that were. Throws: who is erased must not be told a lie. */
  forget(prefix: string, subject: string | null): Promise<number>;
};

/** What stands for a person in a tag: a keyed hash. */
export const subjectTag = async (mac: (text: string) => Promise<string>, org: string, subject: string): Promise<string> =>
  (await mac(`subject ${org} ${subject}`)).slice(0, 32);

/** Bounded in time: a slow KV counts as an empty one. */
export function keptValues(kv: KVNamespace, log: Log): KeptValues {
  const bounded = async <T>(deed: "get" | "put" | "delete", work: () => Promise<T>, otherwise: T): Promise<T> => {
    const deadline = startDeadline(WAIT_MS, NEVER);
    try {
      return await deadline.within(work());
    } catch (error) {
      log(logLine("answers.out_of_reach", { deed, error: errorName(error) }));
      return otherwise;
    } finally {
      deadline.end();
    }
  };
  return {
    get: async (name) => (await bounded("get", () => kv.get<Json>(name, { type: "json", cacheTtl: LOCATION_TTL }), null)) ?? undefined,
    put: (name, value, ttlMs, metadata) => {
      const expirationTtl = Math.max(SHORTEST_TTL, Math.ceil(ttlMs / 1_000));
      return bounded("put", () => kv.put(name, JSON.stringify(value), { expirationTtl, metadata }), undefined);
    },
    drop: (name) => bounded("delete", () => kv.delete(name), undefined),
    async forget(prefix, subject) {
      let cursor: string | null = null;
      let forgotten = 0;
      for (let page = 0; page < MOST_PAGES; page++) {
        const listed: KVNamespaceListResult<{ subjects?: readonly string[] }> = await kv.list({ prefix, cursor });
        const own = listed.keys.filter(({ metadata }) => subject === null || metadata?.subjects?.includes(subject));
        for (const { name } of own) await kv.delete(name);
        forgotten += own.length;
        if (listed.list_complete) return forgotten;
        cursor = listed.cursor;
      }
      throw new Error("more is kept than one erasure can look through");
    },
  };
}
