/** Which memories answer a question, and whose word they are. Pure, linear in what is remembered of one person. */
import { queryTermsOf } from "../knowledge/terms.ts";
import { type DataClass, join, type Label, OWN } from "../label/label.ts";
import { type Memory, standingOf } from "./memory.ts";
import { shareOf, sought } from "./word-forms.ts";

/** Maximum memories of one recall. */
export const MOST_RECALLED = 20;
/** Memories of a recall that does not say how many. */
export const DEFAULT_RECALLED = 5;

/** A memory that answers a question, best first. `score`: 0 to 1, the share of the question's words that it has, rare ones counting more and forms of them less. */
export type Recalled = { readonly memory: Memory; readonly score: number };

/** A pinned memory that shares a word with the question comes before others that are as good. */
const PINNED = 0.1;

/**
 * Those that have a word of the question, or a form of it (word-forms.ts), best first; of equals the newest. What is in quarantine or was superseded
 * counts for nobody.
 */
export function recalled(memories: readonly Memory[], query: string, k: number): readonly Recalled[] {
  const active = memories.filter(({ status, supersededBy }) => status === "active" && supersededBy === undefined);
  const asked = sought(queryTermsOf(query).map(({ term }) => term));
  const known = active.map((memory) => ({ memory, shares: shareOf(asked, memory.text) }));
  const weights = new Map(
    asked.words.map((word) => {
      const having = known.reduce((count, { shares }) => count + (shares.has(word) ? 1 : 0), 0);
      return [word, Math.log(1 + (active.length + 1) / (having + 1))] as const;
    }),
  );
  const all = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  if (all === 0) return [];
  return known
    .map(({ memory, shares }) => {
      const shared = [...shares].reduce((sum, [word, share]) => sum + (weights.get(word) ?? 0) * share, 0) / all;
      return { memory, score: shared === 0 ? 0 : Math.min(1, shared + (memory.pinned ? PINNED : 0)) };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.memory.id < b.memory.id ? 1 : -1))
    .slice(0, k)
    .map(({ memory, score }) => ({ memory, score: Math.round(score * 1_000) / 1_000 }));
}

/** The source of what was stored after something untrusted was seen, whoever let it in since. */
const FOREIGN = "memory:untrusted";

/** Whose word a memory is: a person's own is trusted; what a model chose or wrote is not, as when it was said. */
const labelOfMemory = (memory: Labelled): Label => {
  const { trust, source } = standingOf(memory);
  return {
    trust: source === "person" || source === "app" ? trust : "untrusted",
    class: memory.sensitivity,
    sources: [trust === "trusted" ? `memory:${source}` : FOREIGN],
  };
};

type Labelled = Pick<Memory, "subject" | "source" | "trust" | "by" | "sensitivity">;

/** The label of all of them together. */
export const labelOfRecalled = (memories: readonly Labelled[]): Label =>
  memories.reduce((sofar, memory) => join(sofar, labelOfMemory(memory)), OWN);

/** Sources at which nobody but the run's own people and models had a say. A label with as many sources as it may have may have lost others. */
const OWN_SOURCES: ReadonlySet<string> = new Set(["caller", "person"]);
const MOST_SOURCES = 15;

/** Whether whoever says something has seen the words of the run's own people and of models alone: no tool's, no stranger's, no document's. */
export function hasSeenOwnAlone({ trust, sources }: Label): boolean {
  if (trust === "trusted") return true;
  const isOwn = (source: string): boolean =>
    OWN_SOURCES.has(source) || source.startsWith("model:") || (source.startsWith("memory:") && source !== FOREIGN);
  return sources.length > 0 && sources.length <= MOST_SOURCES && sources.every(isOwn);
}

/** True for the words of the run's own person: trusted, and sent by them; what the developer wrote or somebody approved is not. */
export const isPersonsWord = ({ trust, sources }: Label): boolean => trust === "trusted" && sources.includes("caller");

/** How what a run stores is stored: with the origin of what it derives from, in quarantine where that is untrusted. */
export const keptAs = (label: Label): Pick<Memory, "trust" | "status"> =>
  hasSeenOwnAlone(label) ? { trust: "trusted", status: "active" } : { trust: "untrusted", status: "quarantined" };

/** The class of what a run stores: of what it derives from, `internal` at least. */
export const classKept = ({ class: derived }: Label): DataClass => (derived === "public" ? "internal" : derived);
