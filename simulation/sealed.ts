/** Where words of class `restricted` lie that anybody can read: in what a run stores, in what leaves it, and in every store at rest. */
import type { Bucket } from "./bucket.ts";
import type { Disk } from "./disk.ts";
import type { HousedObject } from "./house.ts";
import { SECRET } from "./shop.ts";

/** What of a world is looked through. */
type Stores = {
  readonly house: { readonly objects: ReadonlyMap<string, HousedObject> };
  readonly database: Pick<Disk, "run">;
  readonly bucket: Pick<Bucket, "objects" | "texts">;
  readonly records: { readonly clear: number };
  readonly calls: { readonly clear: number };
};

const isIn = (value: unknown): boolean => JSON.stringify(value).includes(SECRET);

/** Columns of the journal's rows after the event with this number, and of its birth, that have it in them. */
export function clearIn({ disk }: HousedObject, after: number): string[] {
  const rows = disk.run("SELECT events, texts, leaves, costs FROM journal WHERE last_seq > ?", [after]);
  const births = after === 0 ? disk.run("SELECT body FROM birth", []) : [];
  return [...rows, ...births].flatMap((row) => Object.keys(row).filter((column) => isIn(row[column])));
}

/** Tables of objects and of D1, objects of R2 and messages that have it in them. */
export function clearAtRest({ house, database, bucket, records, calls }: Stores): string[] {
  const tablesOf = (run: (query: string, bindings: readonly unknown[]) => readonly object[]): string[] =>
    run("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", [])
      .map((row) => String((row as { name: string }).name))
      .filter((name) => isIn(run(`SELECT * FROM "${name}"`, [])));
  const ofObjects = [...house.objects.values()].flatMap(({ id, disk }) =>
    tablesOf((...query) => disk.run(...query)).map((table) => `${id} ${table}`),
  );
  const ofD1 = tablesOf((...query) => database.run(...query)).map((table) => `D1 ${table}`);
  const ofR2 = [...bucket.objects, ...bucket.texts].filter(isIn).map(([key]) => `R2 ${key}`);
  return [...ofObjects, ...ofD1, ...ofR2, ...(records.clear + calls.clear > 0 ? ["messages of a queue"] : [])];
}
