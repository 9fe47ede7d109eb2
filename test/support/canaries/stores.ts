/** Everything that the platform has stored in a test: rows of D1 and of every Durable Object, values of KV, objects of R2. */

import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

/** `where` names the store and its table, key or object. */
export type Stored = { readonly where: string; readonly text: string };

const OBJECTS = [
  "RUN_ENGINE",
  "REVIEW_QUEUE",
  "KILL_SWITCH",
  "VAULT",
  "AUDIT_LOG",
  "KEY_RING",
  "BUDGET_LEDGER",
  "CIRCUIT_BREAKER",
  "LIMITS",
  "SESSIONS",
  "MEMORY_STORE",
  "KNOWLEDGE_INDEX",
  "ARCHIVE_INDEX",
  "WATCH",
] as const;

/** Texts of all stores. Bytes are read as Latin-1, so that ASCII in them is found. */
export async function everythingStored(): Promise<readonly Stored[]> {
  return (await Promise.all([rowsOfD1(), rowsOfObjects(), valuesOfKv(), objectsOfR2()])).flat();
}

async function rowsOfD1(): Promise<Stored[]> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  ).all<{
    name: string;
  }>();
  const tables = await env.DB.batch<object>(results.map(({ name }) => env.DB.prepare(`SELECT * FROM "${name}"`)));
  return results.map(({ name }, index) => ({ where: `D1 ${name}`, text: textOf(tables[index]?.results ?? []) }));
}

async function rowsOfObjects(): Promise<Stored[]> {
  const ofEach = OBJECTS.map(async (binding) => {
    const namespace = env[binding] as DurableObjectNamespace;
    return Promise.all((await listDurableObjectIds(namespace)).map((id) => rowsOfObject(binding, namespace.get(id))));
  });
  return (await Promise.all(ofEach)).flat(2);
}

async function rowsOfObject(binding: string, stub: DurableObjectStub): Promise<Stored[]> {
  const rows = await runInDurableObject(stub, (_, state) =>
    [...state.storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'")]
      .map(({ name }) => String(name))
      .filter((name) => !name.startsWith("_") && !name.startsWith("sqlite_"))
      .map((name) => ({ name, rows: [...state.storage.sql.exec(`SELECT * FROM "${name}"`)] })),
  );
  return rows.map(({ name, rows: found }) => ({ where: `${binding} ${name}`, text: textOf(found) }));
}

async function valuesOfKv(): Promise<Stored[]> {
  const stored: Stored[] = [];
  for (const binding of ["FLAGS", "ANSWERS"] as const) {
    const { keys } = await env[binding].list();
    const values = await Promise.all(keys.map(({ name }) => env[binding].get(name)));
    for (const [index, { name, metadata }] of keys.entries())
      stored.push({ where: `KV ${binding}`, text: `${name} ${JSON.stringify(metadata ?? null)} ${values[index] ?? ""}` });
  }
  return stored;
}

async function objectsOfR2(): Promise<Stored[]> {
  const stored: Stored[] = [];
  for (const binding of ["ARCHIVE", "VALUES", "TEXTS", "VAULT_KEYS", "AUDIT"] as const) {
    const { objects } = await env[binding].list({ include: ["customMetadata"] });
    const bodies = await Promise.all(objects.map(async ({ key }) => (await env[binding].get(key))?.bytes()));
    for (const [index, { key, customMetadata }] of objects.entries())
      stored.push({ where: `R2 ${binding}`, text: `${key} ${JSON.stringify(customMetadata ?? null)} ${latin1(bodies[index])}` });
  }
  return stored;
}

const textOf = (rows: readonly object[]): string =>
  rows
    .flatMap((row) => Object.values(row))
    .map((value) => (value instanceof ArrayBuffer ? latin1(new Uint8Array(value)) : String(value)))
    .join("\n");

/** One character for each byte. The encoding that `TextDecoder` calls latin1 is windows-1252, which has others from 0x80 to 0x9f. */
function latin1(bytes: Uint8Array | undefined): string {
  const parts: string[] = [];
  for (let at = 0; at < (bytes?.length ?? 0); at += 8_192) parts.push(String.fromCharCode(...(bytes?.subarray(at, at + 8_192) ?? [])));
  return parts.join("");
}
