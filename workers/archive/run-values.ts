/** The values of runs in R2 (durable-objects/run-engine/kept-values.ts): put once, read back, and removed with their run. */
import { valuePrefix } from "../../core/run/outside/value-key.ts";
import type { ValueStore } from "../../durable-objects/run-engine/kept-values.ts";

/** A value whose JSON text is longer lies in R2; a row of an object is 2 MB at most (developers.cloudflare.com/durable-objects/platform/limits, 2026-10). */
const LARGER_THAN = 256 * 1024;

/** Large values of runs over their bucket. */
export function runValues(bucket: R2Bucket): ValueStore {
  return {
    largerThan: LARGER_THAN,
    async put(key, text, sha256) {
      // R2 refuses bytes that do not have this hash. That the object is there already is as good as having put it.
      await bucket.put(key, text, { onlyIf: { etagDoesNotMatch: "*" }, sha256, httpMetadata: { contentType: "application/json" } });
    },
    async get(key) {
      const object = await bucket.get(key);
      return object === null ? null : object.text();
    },
  };
}

/** Removes the values of the run whose object this is, also those that nothing refers to; how many that were. Safe to repeat. */
export async function removeRunValues(bucket: R2Bucket, object: string): Promise<number> {
  for (let removed = 0; ; ) {
    const { objects } = await bucket.list({ prefix: valuePrefix(object) }); // a page has 1000 keys, as many as one `delete` takes
    if (objects.length === 0) return removed;
    await bucket.delete(objects.map(({ key }) => key));
    removed += objects.length;
  }
}
