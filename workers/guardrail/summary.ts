/** Findings without the texts: one line for each place, kind and detector; what journals and audit entries hold. */
import type { Finding, FindingSummary } from "../../core/guardrail/finding.ts";
import type { InspectedPart } from "../../core/guardrail/inspect-value.ts";

/** Where in a value something was found. */
export type Place = { readonly part: InspectedPart; readonly pointer: string };
type Seen = Pick<Finding, "type" | "detector" | "score">;

/** Each line becomes an audit entry: past this many places, they are counted together, by kind, without their places. */
const MAX_LINES = 100;

/** What a text in the form of a placeholder is: the detector's name, or null where it is one of this run's own. */
export type PlaceholderDetector = (placeholder: string) => string | null;

/** Findings as journals hold them: counts by place, kind and detector. */
export function summarise(places: readonly Place[], detectorOf: PlaceholderDetector): FindingSummary[] {
  const lines = new Map<string, FindingSummary>();
  for (const { part, pointer } of places) for (const seen of seenIn(part, detectorOf)) count(lines, seen, pointer);
  if (lines.size <= MAX_LINES) return [...lines.values()];
  const together = new Map<string, FindingSummary>();
  for (const line of lines.values()) count(together, line, "", line.count);
  return [...together.values()];
}

function seenIn({ inspected }: InspectedPart, detectorOf: PlaceholderDetector): readonly Seen[] {
  const literals = inspected.placeholders.flatMap((site): Seen[] => {
    const detector = detectorOf(site.text);
    return detector === null ? [] : [{ type: "LITERAL", detector, score: 1 }];
  });
  return [...inspected.personal, ...literals, ...inspected.injection];
}

function count(lines: Map<string, FindingSummary>, { type, detector, score }: Seen, pointer: string, times = 1): void {
  const name = JSON.stringify([pointer, type, detector]);
  const known = lines.get(name);
  lines.set(name, { type, detector, pointer, count: (known?.count ?? 0) + times, score: Math.max(score, known?.score ?? 0) });
}
