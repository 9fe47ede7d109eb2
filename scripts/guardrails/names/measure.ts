/** How well names are found: exact spans, and how many are touched by a finding of any kind; with intervals from drawing groups again. */
import { NAME_TYPES, type NameType } from "../../../core/guardrail/names/tags.ts";
import { drawFrom } from "./draw.ts";
import type { Span } from "./make.ts";

/** One text: what is labelled, what was found, and the group it is drawn by. */
export type Judged = { readonly labelled: readonly Span[]; readonly found: readonly Span[]; readonly group: string };
type Counts = { exact: number; found: number; labelled: number; touched: number };

const none = (): Counts => ({ exact: 0, found: 0, labelled: 0, touched: 0 });

function countsOf({ labelled, found }: Judged, type: NameType | null): Counts {
  const [want, got] = [labelled, found].map((spans) => spans.filter((one) => type === null || one.type === type));
  const counts = none();
  counts.found = got?.length ?? 0;
  counts.labelled = want?.length ?? 0;
  for (const one of want ?? []) {
    if (got?.some((other) => other.start === one.start && other.end === one.end && other.type === one.type)) counts.exact++;
    if (found.some((other) => other.start < one.end && other.end > one.start)) counts.touched++;
  }
  return counts;
}

const summed = (all: readonly Counts[]): Counts => {
  const sum = none();
  for (const one of all) {
    sum.exact += one.exact;
    sum.found += one.found;
    sum.labelled += one.labelled;
    sum.touched += one.touched;
  }
  return sum;
};

/** Harmonic mean of precision and recall, recall counted `beta` times. */
const fOf = ({ exact, found, labelled }: Counts, beta: number): number =>
  exact === 0 ? 0 : ((1 + beta * beta) * exact) / (beta * beta * labelled + found);

/** A line per kind: precision, recall and F1 of exact spans with a 95 % interval, F2, and the share of names that are touched. */
export function table(title: string, judged: readonly Judged[], rounds = 300): string {
  const lines = [
    `\n${title} (${judged.length} texts)`,
    "  kind        labelled  found  precision  recall   F1    [95 %]         F2    touched",
  ];
  for (const type of [...NAME_TYPES, null]) {
    const perText = judged.map((one) => countsOf(one, type));
    const all = summed(perText);
    if (all.labelled + all.found === 0) continue;
    // One group cannot be drawn again: then texts are.
    const isOne = judged.every(({ group }) => group === judged[0]?.group);
    const groups = [
      ...Map.groupBy(
        judged.map((one, index) => ({ group: isOne ? String(index) : one.group, index })),
        ({ group }) => group,
      ).values(),
    ].map((items) => summed(items.map(({ index }) => perText[index] ?? none())));
    const draw = drawFrom(7);
    const scores = Array.from({ length: rounds }, () => fOf(summed(groups.map(() => draw.pick(groups))), 1)).sort((a, b) => a - b);
    const [low, high] = [scores[Math.floor(rounds * 0.025)] ?? 0, scores[Math.floor(rounds * 0.975)] ?? 0];
    const share = (part: number, whole: number): string => (whole === 0 ? "   -" : (part / whole).toFixed(3)).padStart(9);
    lines.push(
      `  ${(type ?? "all").padEnd(10)}${String(all.labelled).padStart(9)}${String(all.found).padStart(7)}${share(all.exact, all.found)}${share(all.exact, all.labelled)}` +
        `  ${fOf(all, 1).toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]  ${fOf(all, 2).toFixed(3)}${share(all.touched, all.labelled)}`,
    );
  }
  return lines.join("\n");
}
