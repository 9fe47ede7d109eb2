/**
 * A log from before there was a tree gets one: once, from its first entry on, in slices. What D1 gives is not believed: hashes and links
 * are computed again, and the last one has to be the head that this object has kept all the time.
 */
import { GENESIS_HASH, hashedText, hexBytes } from "../../core/audit/entry.ts";
import { isObject, type Json } from "../../core/json.ts";
import { keptEntries, readChain } from "./segments.ts";
import { sha256, TreeRows } from "./tree-rows.ts";

/** Entries after a number, ascending, from D1: as many as asked for, or fewer when there are no more. */
export type EntriesAfter = (org: string, after: number, limit: number) => Promise<readonly Json[]>;

/** Entries of one slice: some milliseconds of hashing. */
const SLICE = 500;

/** True while the tree lacks entries that are numbered. */
export function isCatchingUp(sql: SqlStorage): boolean {
  return new TreeRows(sql).size() < (readChain(sql)?.seq ?? 0);
}

/** Takes in the next slice. `behind`: D1 has no more of it yet. `broken`: what D1 gives is not this object's chain. */
export async function catchUp(storage: DurableObjectStorage, entriesAfter: EntriesAfter): Promise<"done" | "more" | "behind" | "broken"> {
  const { sql } = storage;
  const chain = readChain(sql);
  const tree = new TreeRows(sql);
  const from = tree.size();
  if (chain === null || from >= chain.seq) return "done";
  const entries = await entriesAfter(chain.org, from, SLICE);
  return storage.transactionSync(() => {
    const now = readChain(sql);
    if (now === null || tree.size() !== from) return "more"; // another slice was faster
    let hash = sql.exec<{ hash: string }>("SELECT hash FROM catching_up").toArray()[0]?.hash ?? GENESIS_HASH;
    const leaves: Uint8Array[] = [];
    // What D1 does not have yet is still here: with it the tree reaches the head, and grows with the chain from then on.
    const rest = entries.length < SLICE ? keptEntries(sql, from + entries.length) : [];
    for (const entry of [...entries, ...rest]) {
      const next = linkedHash(entry, from + leaves.length + 1, hash);
      if (next === null) return "broken";
      hash = next;
      leaves.push(hexBytes(hash));
    }
    const reached = from + leaves.length;
    if (reached > now.seq || (reached === now.seq && hash !== now.hash)) return "broken";
    tree.grow(leaves);
    if (reached === now.seq) sql.exec("DELETE FROM catching_up");
    else sql.exec("INSERT INTO catching_up (id, hash) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET hash = ?1", hash);
    return reached === now.seq ? "done" : leaves.length === 0 ? "behind" : "more";
  });
}

/** The entry's hash; null when it is not what it has to be. */
function linkedHash(entry: Json, seq: number, before: string): string | null {
  if (!isObject(entry) || entry["seq"] !== seq || entry["prev_hash"] !== before || typeof entry["hash"] !== "string") return null;
  const hash = Buffer.from(sha256(new TextEncoder().encode(hashedText(entry)))).toString("hex");
  return hash === entry["hash"] ? hash : null;
}
