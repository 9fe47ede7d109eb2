/**
 * Whose word a value is, and how confidential it is: a label follows every value through a run. What is derived from several values has
 * the lowest trust and the highest class among theirs. Knows nothing of runs.
 *
 * PERSISTED: in journals. Fields may be added, never renamed.
 */

/** Data classes, lowest first. */
export const DATA_CLASSES = ["public", "internal", "confidential", "restricted"] as const;
/** How confidential a value is, lowest first. PERSISTED: in journals. */
export type DataClass = (typeof DATA_CLASSES)[number];

/** The label of one value. */
export type Label = {
  /** `untrusted`: a model, a tool or a stranger said it. The caller's own word and what a person approved are trusted. */
  readonly trust: "trusted" | "untrusted";
  readonly class: DataClass;
  /** Where it comes from, sorted: `caller`, `person`, `signal`, `another`, `error`, `model:draft` (a step), `tool:orders.get`. At most 16. */
  readonly sources: readonly string[];
  /** A tool gave it older than its manifest's `max_age_ms` allows, or it derives from such a value. Absent: no. */
  readonly stale?: true;
};

/** Maximum sources of a label; further ones are dropped, and trust and class still count. */
const SOURCES_KEPT = 16;

/** What the developer wrote in the definition. */
export const OWN: Label = { trust: "trusted", class: "public", sources: [] };
/** What the caller sent: the caller's own word. */
export const CALLER: Label = { trust: "trusted", class: "internal", sources: ["caller"] };
/** Somebody else than the person it is put down to said it: with a key that another person made, say. */
export const ANOTHER: Label = { trust: "untrusted", class: "public", sources: ["another"] };
/** Nobody noted where the value comes from. */
export const UNKNOWN: Label = { trust: "untrusted", class: "internal", sources: ["unknown"] };

/** True when a sink that accepts `most` may be given data of this class. Absent: it accepts everything. */
export const accepts = (most: DataClass | undefined, of: DataClass): boolean =>
  most === undefined || DATA_CLASSES.indexOf(of) <= DATA_CLASSES.indexOf(most);

/** The higher of both classes. */
export const higherClass = (a: DataClass, b: DataClass): DataClass => (DATA_CLASSES.indexOf(a) >= DATA_CLASSES.indexOf(b) ? a : b);

/** The label of what is derived from both. */
export function join(a: Label, b: Label): Label {
  if (a === b || b === OWN) return a;
  if (a === OWN) return b;
  return {
    trust: a.trust === "untrusted" ? a.trust : b.trust,
    class: higherClass(a.class, b.class),
    sources: [...new Set([...a.sources, ...b.sources])].sort().slice(0, SOURCES_KEPT),
    ...(a.stale === true || b.stale === true ? { stale: true } : {}),
  };
}

/** What somebody said who knew all of `from`: its trust is that of the speaker, its class at least that of what was known. */
export const saidBy = (source: string, trust: Label["trust"], from: Label, atLeast: DataClass = "public"): Label => ({
  ...join(from, { trust: "trusted", class: atLeast, sources: [source] }),
  trust,
});
