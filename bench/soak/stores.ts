/** How many bytes each store of a local platform takes on disk: every class of objects, D1, R2, KV and queues told apart by their folders. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Bytes by store, such as `do bulkhead-RunEngine` or `d1`. */
export function bytesByStore(state: string): Map<string, number> {
  const stores = new Map<string, number>();
  for (const kind of foldersIn(state)) {
    // Objects lie in a folder for each class; of the other kinds the folder is one store.
    const isObjects = kind === "do";
    for (const [store, folder] of isObjects
      ? foldersIn(join(state, kind)).map((name) => [`do ${name}`, join(state, kind, name)])
      : [[kind, join(state, kind)]])
      stores.set(store as string, (stores.get(store as string) ?? 0) + bytesUnder(folder as string));
  }
  return stores;
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}

function bytesUnder(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    try {
      bytes += entry.isDirectory() ? bytesUnder(path) : statSync(path).size;
    } catch {
      // a journal file of SQLite that went in between
    }
  }
  return bytes;
}
