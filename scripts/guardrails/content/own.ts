/** Rows for content in our own words (frames.ts) from a seed: the same seed gives the same rows. One in four frames is kept from training and tests it. */
import { CONTENT_CATEGORIES, type ContentCategory } from "../../../core/guardrail/rules/settings.ts";
import { Dice } from "../../../simulation/dice.ts";
import { FILLERS, LOOK_ALIKES, VIOLATIONS } from "./frames.ts";
import type { ContentRow } from "./rows.ts";

/** One in so many frames of each kind is kept for tests, and one for the thresholds. */
const PARTS = 4;
const ROWS_A_FRAME = 20;

/** `taught`: trained on. `calibration`: of look-alikes only, sets the thresholds. `kept`: neither; the tests judge it. */
export type OwnPart = "taught" | "calibration" | "kept";

/** No two the same. Violations say something about their own category only, look-alikes about all of them. */
export function ownContentRows(part: OwnPart, seed: number): ContentRow[] {
  const dice = new Dice(seed);
  const rows = [
    ...CONTENT_CATEGORIES.flatMap((category) => drawn(dice, part, category, VIOLATIONS[category], category)),
    ...Object.entries(LOOK_ALIKES).flatMap(([domain, frames]) => drawn(dice, part, domain, frames, null)),
  ];
  return [...new Map(rows.map((row) => [row.text, row])).values()];
}

function drawn(dice: Dice, part: OwnPart, name: string, frames: readonly string[], category: ContentCategory | null): ContentRow[] {
  return frames.flatMap((frame, index) => {
    if (partOf(index, category !== null) !== part) return [];
    return Array.from({ length: ROWS_A_FRAME }, (): ContentRow => {
      const text = styled(dice, filled(dice, frame));
      return {
        text,
        labels: category === null ? [] : [category],
        labelled: category === null ? CONTENT_CATEGORIES : [category],
        source: "own",
        subset: category === null ? `own look-alike: ${name}` : `own: ${name}`,
        group: `own:${name}:${index}`,
      };
    });
  });
}

function partOf(index: number, isViolation: boolean): OwnPart {
  if (index % PARTS === PARTS - 1) return "kept";
  return index % PARTS === 1 && !isViolation ? "calibration" : "taught";
}

function filled(dice: Dice, frame: string): string {
  let text = frame;
  for (let depth = 0; depth < 3 && /[[{]/.test(text); depth++) {
    text = text
      .replace(/\[([^[\]]*\|[^[\]]*)\]/g, (_, choices: string) => dice.one("own", choices.split("|")))
      .replace(/\{([a-z]+)\}/g, (_, name: string) => dice.one("own", FILLERS[name] ?? [""]));
  }
  return text.replace(/ {2,}/g, " ").trim();
}

/** As people write: with capitals or without, in quotes, after a greeting. */
function styled(dice: Dice, text: string): string {
  const capital = text.slice(0, 1).toUpperCase() + text.slice(1);
  const kind = dice.between("own", 1, 10);
  if (kind === 1) return text.toLowerCase();
  if (kind === 2) return `Hi, ${text}`;
  if (kind === 3) return `${capital} Thanks.`;
  return capital;
}
