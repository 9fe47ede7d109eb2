/**
 * What was found in texts before: chats repeat their system prompts and histories with every turn. An inspection depends on nothing but
 * its arguments, so what is remembered is never out of date. Remembers digests and findings (kinds, places, scores), no text.
 */
import type { InspectText } from "../../core/guardrail/inspect-text.ts";

/** A finding is some hundred bytes in memory, an entry without any the same. */
export type MemoBounds = { readonly entries: number; readonly findings: number };
const MEMO_BOUNDS: MemoBounds = { entries: 2_000, findings: 20_000 };
/** Shorter texts are inspected sooner than digested. */
const SHORTEST_UNITS = 96;

type Inspected = ReturnType<InspectText>;

/** `digest`: one that nobody finds two texts for (SHA-256). The entry used longest ago goes first. */
export function memoised(inspect: InspectText, digest: (text: string) => string, bounds: MemoBounds = MEMO_BOUNDS): InspectText {
  const known = new Map<string, Inspected>();
  let findings = 0;
  const weightOf = ({ personal, injection }: Inspected): number => personal.length + injection.length;
  return (text, speaker, context = "", names = false) => {
    if (text.length < SHORTEST_UNITS) return inspect(text, speaker, context, names);
    // A speaker's name has no blank, and a length none either: no two questions read the same.
    const key = digest(`${speaker} ${names} ${context.length} ${context}${text}`);
    const before = known.get(key);
    if (before !== undefined) {
      known.delete(key);
      known.set(key, before);
      return before;
    }
    const inspected = inspect(text, speaker, context, names);
    // What has the form of a placeholder is told with its text.
    if (inspected.placeholders.length > 0 || weightOf(inspected) > bounds.findings) return inspected;
    known.set(key, inspected);
    findings += weightOf(inspected);
    for (const [oldest, entry] of known) {
      if (known.size <= bounds.entries && findings <= bounds.findings) break;
      known.delete(oldest);
      findings -= weightOf(entry);
    }
    return inspected;
  };
}
