/**
 * What an audit entry counts as in an export of evidence: its type, and where one type stands for several things, which of them. Pure; free of
 * what is counted for whom.
 */
import { isObject, type Json, type JsonObject } from "../json.ts";
import { isOfDrill } from "../kill-switch/of-drill.ts";

/** An entry as far as it is counted. */
export type CountedEntry = {
  readonly seq: number;
  readonly event_type: string;
  readonly decision: string | null;
  readonly data: JsonObject;
};

/** The counted part of an entry as the log has it. */
export function countedEntry(entry: Json): CountedEntry {
  const { seq, event_type, decision, data } = isObject(entry) ? entry : {};
  return {
    seq: Number(seq),
    event_type: String(event_type),
    decision: typeof decision === "string" ? decision : null,
    data: isObject(data) ? data : {},
  };
}

/**
 * The type, and what tells entries of it apart, with spaces between: `policy.decided deny label`, `run.paused person`, `review.decided alone`.
 * What a run of a drill leaves is its type and `drill`: nobody's work. PERSISTED in the progress of an export.
 */
function kindOf({ event_type: type, decision, data }: CountedEntry): string {
  if (typeof data["workflow"] === "string" && isOfDrill(data["workflow"].split("@")[0] ?? "")) return `${type} drill`;
  return [type, ...detailsOf(type, decision, data)].join(" ");
}

function detailsOf(type: string, decision: string | null, data: JsonObject): readonly string[] {
  switch (type) {
    case "policy.decided":
      return [decision ?? "unknown", ...(decision === "deny" && data["layer"] === "label" ? ["label"] : [])];
    case "run.paused":
      if (typeof data["parent"] === "string") return ["parent"];
      return [decision === "deny" || data["scope"] !== undefined ? "switch" : "person"];
    case "review.requested":
      return [data["decoy"] === true ? "decoy" : data["sample_of"] === undefined ? "question" : "sample"];
    case "review.decided":
      return [data["auto"] === true ? "alone" : "people"];
    case "kill_switch.thrown":
      return data["again"] === true ? ["again"] : [];
    default:
      return [];
  }
}

/**
 * Whether an entry of this kind belongs to the pattern: `*` takes all, `run.*` the types that begin so, a type all its kinds, a kind itself and
 * what is told apart in it. Entries of a drill's runs belong to `*` alone, and to a pattern that names them.
 */
function belongsTo(pattern: string, kind: string): boolean {
  if (pattern === "*" || pattern === kind) return true;
  if (kind.endsWith(" drill")) return false;
  return pattern.endsWith(".*") ? kind.startsWith(pattern.slice(0, -1)) : kind.startsWith(`${pattern} `);
}

/** How many entries of a kind there are, and the `seq` of the last one. PERSISTED. */
export type KindCount = { readonly entries: number; readonly last: number };
/** By kind. PERSISTED. */
export type Kinds = { readonly [kind: string]: KindCount };

/** The counts with these entries. */
export function withEntries(kinds: Kinds, entries: readonly CountedEntry[]): Kinds {
  const counts = new Map(Object.entries(kinds));
  for (const entry of entries) {
    const kind = kindOf(entry);
    counts.set(kind, { entries: (counts.get(kind)?.entries ?? 0) + 1, last: entry.seq });
  }
  return Object.fromEntries(counts);
}

/** How many entries belong to any of the patterns, each counted once, and the `seq` of the last one; null: there is none. */
export function countOf(kinds: Kinds, patterns: readonly string[]): { readonly entries: number; readonly last: number | null } {
  const found = Object.entries(kinds).filter(([kind]) => patterns.some((pattern) => belongsTo(pattern, kind)));
  return {
    entries: found.reduce((sum, [, { entries }]) => sum + entries, 0),
    last: found.length === 0 ? null : Math.max(...found.map(([, { last }]) => last)),
  };
}

/** Entries by type, whatever is told apart in it. */
export function byTypeOf(kinds: Kinds): { readonly [type: string]: number } {
  const sums = new Map<string, number>();
  for (const [kind, { entries }] of Object.entries(kinds)) {
    const [type = kind] = kind.split(" ");
    sums.set(type, (sums.get(type) ?? 0) + entries);
  }
  return Object.fromEntries(sums);
}
