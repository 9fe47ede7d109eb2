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
  return [...(await rowsOfD1()), ...(await rowsOfObjects()), ...(await valuesOfKv()), ...(await objectsOfR2())];
}

async function rowsOfD1(): Promise<Stored[]> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  ).all<{
    name: string;
  }>();
  const stored: Stored[] = [];
  for (const { name } of results) {
    const rows = await env.DB.prepare(`SELECT * FROM "${name}"`).all();
    stored.push({ where: `D1 ${name}`, text: textOf(rows.results) });
  }
  return stored;
}

async function rowsOfObjects(): Promise<Stored[]> {
  const stored: Stored[] = [];
  for (const binding of OBJECTS) {
    const namespace = env[binding] as DurableObjectNamespace;
    for (const id of await listDurableObjectIds(namespace)) {
      const rows = await runInDurableObject(namespace.get(id), (_, state) =>
        [...state.storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'")]
          .map(({ name }) => String(name))
          .filter((name) => !name.startsWith("_") && !name.startsWith("sqlite_"))
          .map((name) => ({ name, rows: [...state.storage.sql.exec(`SELECT * FROM "${name}"`)] })),
      );
      for (const { name, rows: found } of rows) stored.push({ where: `${binding} ${name}`, text: textOf(found) });
    }
  }
  return stored;
}

async function valuesOfKv(): Promise<Stored[]> {
  const stored: Stored[] = [];
  for (const binding of ["FLAGS", "ANSWERS"] as const) {
    const { keys } = await env[binding].list();
    for (const { name, metadata } of keys) {
      const value = await env[binding].get(name);
      stored.push({ where: `KV ${binding}`, text: `${name} ${JSON.stringify(metadata ?? null)} ${value ?? ""}` });
    }
  }
  return stored;
}

async function objectsOfR2(): Promise<Stored[]> {
  const stored: Stored[] = [];
  for (const binding of ["ARCHIVE", "VALUES", "TEXTS", "VAULT_KEYS", "AUDIT"] as const) {
    const { objects } = await env[binding].list({ include: ["customMetadata"] });
    for (const { key, customMetadata } of objects) {
      const bytes = await (await env[binding].get(key))?.bytes();
      stored.push({ where: `R2 ${binding}`, text: `${key} ${JSON.stringify(customMetadata ?? null)} ${latin1(bytes)}` });
    }
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
