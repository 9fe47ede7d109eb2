/** How the scorer of groundedness judges our own sentences, kind by kind. */
import { groundOf, judgeClaims, sourcesOf } from "../../../core/guardrail/grounded/grounding.ts";
import type { Pair } from "./pairs.ts";

type Count = { readonly right: number; readonly all: number };
/** `precision`, `recall`: of unsupported sentences: which of those that are flagged are unsupported, and which unsupported ones are flagged. */
type Figures = {
  readonly byKind: ReadonlyMap<string, Count>;
  readonly precision: number;
  readonly recall: number;
  readonly wrong: readonly Pair[];
};

/** Judges each sentence beside its passage alone. */
export function figuresOf(pairs: readonly Pair[], min: number): Figures {
  const byKind = new Map<string, { right: number; all: number }>();
  const wrong: Pair[] = [];
  let [flagged, rightly, unsupported] = [0, 0, 0];
  for (const pair of pairs) {
    const isFlagged = judgeClaims(pair.sentence, groundOf(sourcesOf([pair.passage])), min).some(({ lack }) => lack !== null);
    const count = byKind.get(pair.kind) ?? { right: 0, all: 0 };
    byKind.set(pair.kind, count);
    count.all++;
    if (isFlagged !== pair.isSupported) count.right++;
    else wrong.push(pair);
    if (isFlagged) flagged++;
    if (!pair.isSupported) unsupported++;
    if (isFlagged && !pair.isSupported) rightly++;
  }
  return { byKind, precision: rightly / Math.max(1, flagged), recall: rightly / Math.max(1, unsupported), wrong };
}
