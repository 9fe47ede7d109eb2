/** How well heads tell a category apart on sources that they have not seen, with intervals from drawing whole groups again. Deterministic. */
import { CONTENT_CATEGORIES, type ContentCategory } from "../../../core/guardrail/rules/settings.ts";
import { Dice } from "../../../simulation/dice.ts";
import type { HeldOut } from "./fit.ts";

const DRAWS = 200;
const SEED = 7;

/** `score` is what the tables rank by, `beyond` how far it lies above the flag threshold. */
type Scored = {
  readonly score: number;
  readonly beyond: number;
  readonly isHit: boolean;
  readonly group: string;
  readonly level: "pass" | "flag" | "block";
};

/** Chance that a hit scores higher than a harmless text; ties count half. */
export function areaUnder(of: readonly { readonly score: number; readonly isHit: boolean }[]): number {
  const ranked = [...of].sort((a, b) => a.score - b.score);
  let [below, won, hits] = [0, 0, 0];
  for (let at = 0; at < ranked.length; ) {
    let to = at;
    let [tiedHits, tiedRest] = [0, 0];
    for (; to < ranked.length && ranked[to]?.score === ranked[at]?.score; to++) {
      if (ranked[to]?.isHit) tiedHits++;
      else tiedRest++;
    }
    won += tiedHits * (below + tiedRest / 2);
    below += tiedRest;
    hits += tiedHits;
    at = to;
  }
  return hits === 0 || below === 0 ? Number.NaN : won / (hits * below);
}

function interval(of: readonly Scored[], measure: (of: readonly Scored[]) => number): string {
  const groups = [...Map.groupBy(of, ({ group }) => group).values()];
  const dice = new Dice(SEED);
  const drawn = Array.from({ length: DRAWS }, () => measure(Array.from(groups, () => dice.one("draw", groups)).flat()))
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b);
  const at = (share: number): string => (drawn[Math.floor((drawn.length - 1) * share)] ?? Number.NaN).toFixed(3);
  return `${at(0.025)} to ${at(0.975)}`;
}

/** Scores of heads that saw different sources are compared above what harmless texts usually get from each: a threshold hangs on a few texts. */
function scoredFor(held: readonly HeldOut[], category: ContentCategory): Scored[] {
  return held
    .filter(({ row }) => row.labelled.includes(category))
    .map(({ row, scores, heads }) => {
      const score = scores[category];
      const { flag, block, usual } = heads[category];
      const single = row.group === row.subset || row.group === row.source || !row.group.includes(":");
      return {
        score: score - usual,
        beyond: score - flag,
        isHit: row.labels.includes(category),
        group: `${row.subset} ${single ? row.text : row.group}`,
        level: score >= block ? "block" : score >= flag ? "flag" : "pass",
      };
    });
}

const share = (of: readonly Scored[], least: readonly string[]): string =>
  ((100 * of.filter(({ level }) => least.includes(level)).length) / Math.max(1, of.length)).toFixed(1).padStart(5);

/** Lines of a table: each category over all labelled sources held out, and within each source that has both. */
export function drawContent(held: readonly HeldOut[]): string[] {
  const lines = [
    "  category   source               hits   rest   AUC (95 % of draws)      by flag   hits flagged, blocked   rest flagged, blocked",
  ];
  const line = (category: string, source: string, of: readonly Scored[]): void => {
    const [hits, rest] = [of.filter(({ isHit }) => isHit), of.filter(({ isHit }) => !isHit)];
    const isMixed = hits.length > 0 && rest.length > 0;
    const area = isMixed ? `${areaUnder(of).toFixed(3)} (${interval(of, areaUnder)})` : "";
    const byFlag = isMixed ? areaUnder(of.map(({ beyond, isHit }) => ({ score: beyond, isHit }))).toFixed(3) : "";
    lines.push(
      `  ${category.padEnd(10)} ${source.padEnd(19)} ${String(hits.length).padStart(5)}  ${String(rest.length).padStart(5)}   ${area.padEnd(24)} ${byFlag.padEnd(9)} ${share(hits, ["flag", "block"])} ${share(hits, ["block"])}            ${share(rest, ["flag", "block"])} ${share(rest, ["block"])}`,
    );
  };
  const labelled = held.filter(({ row }) => !/^(?:ordinary|alarming|angry)/.test(row.source));
  for (const category of CONTENT_CATEGORIES) {
    line(category, "all labelled", scoredFor(labelled, category));
    for (const [source, of] of Map.groupBy(held, ({ row }) => row.source)) {
      const scored = scoredFor(of, category);
      if (scored.length > 0) line("", source, scored);
    }
  }
  return [...lines, ...drawHarmless(held)];
}

/** Texts of which nothing is known that harms, and what any category makes of them. */
function drawHarmless(held: readonly HeldOut[]): string[] {
  const harmless = held.filter(({ row }) => row.labels.length === 0);
  const rows = harmless.map(({ row, scores, heads }): Scored & { readonly source: string } => {
    const reaches = (of: "flag" | "block"): boolean => row.labelled.some((category) => scores[category] >= heads[category][of]);
    return {
      source: row.source,
      score: 0,
      beyond: 0,
      isHit: false,
      group: row.group,
      level: reaches("block") ? "block" : reaches("flag") ? "flag" : "pass",
    };
  });
  const line = (name: string, of: readonly Scored[]): string =>
    `  ${name.padEnd(30)} ${String(of.length).padStart(6)}   ${share(of, ["flag", "block"])} %   ${share(of, ["block"])} %`;
  return [
    "  harmless, any category           rows   flagged or blocked, blocked",
    ...[...Map.groupBy(rows, ({ source }) => source)].map(([source, of]) => line(source, of)),
    line("all", rows),
  ];
}
