/**
 * Rows for content in our own words from a seed: the same seed gives the same rows. Deeds (own/) stand in the frames of requests, sentences
 * among others in posts, and whole frames (frames.ts) as they are. One in six of each is kept from training and tests it.
 */
import { CONTENT_CATEGORIES, type ContentCategory } from "../../../core/guardrail/rules/settings.ts";
import { Dice } from "../../../simulation/dice.ts";
import { FILLERS as FRAME_FILLERS, LOOK_ALIKES, VIOLATIONS } from "./frames.ts";
import { FILLERS as OWN_FILLERS } from "./own/fillers.ts";
import { HARMLESS_DEEDS, HARMLESS_THINGS } from "./own/harmless-deeds.ts";
import { HARMLESS_SENTENCES, NEUTRAL_SENTENCES } from "./own/harmless-sentences.ts";
import { HATE } from "./own/hate.ts";
import { ILLEGAL } from "./own/illegal.ts";
import type { Harmful } from "./own/kinds.ts";
import { SELF_HARM } from "./own/self-harm.ts";
import { SEXUAL } from "./own/sexual.ts";
import { VIOLENCE } from "./own/violence.ts";
import { type ContentRow, NOT_OF } from "./rows.ts";

/** One in so many of each kind is kept for tests, and one of the harmless for the thresholds. */
const PARTS = 6;
const ROWS_OF = { frame: 16, deed: 6, sentence: 12, thing: 8 } as const;
const FILLERS: { readonly [name: string]: readonly string[] } = { ...FRAME_FILLERS, ...OWN_FILLERS };

/** `taught`: trained on. `calibration`: of harmless ones only, sets the thresholds. `kept`: neither; the tests judge it. */
export type OwnPart = "taught" | "calibration" | "kept";

const HARMFUL: { readonly [C in ContentCategory]: Harmful } = {
  violence: VIOLENCE,
  hate: HATE,
  sexual: SEXUAL,
  self_harm: SELF_HARM,
  illegal: ILLEGAL,
};

/** No two the same. Violations say something about their own category and those that are far from it, look-alikes about all. */
export function ownContentRows(part: OwnPart, seed: number): ContentRow[] {
  const dice = new Dice(seed);
  const maker = new Maker(dice, part);
  for (const category of CONTENT_CATEGORIES) {
    const { deeds, sentences, things } = HARMFUL[category];
    maker.frames(category, VIOLATIONS[category], category);
    maker.posts(`${category} sentence`, sentences, category);
    maker.things(`${category} thing`, things, category);
    maker.deeds(`${category} deed`, deeds, category);
  }
  for (const [domain, frames] of Object.entries(LOOK_ALIKES)) maker.frames(domain, frames, null);
  for (const [kind, sentences] of Object.entries(HARMLESS_SENTENCES)) maker.posts(`sentence ${kind}`, sentences, null);
  for (const [kind, deeds] of Object.entries(HARMLESS_DEEDS)) maker.deeds(`deed ${kind}`, deeds, null);
  maker.things("thing", HARMLESS_THINGS, null);
  return [...new Map(maker.rows.map((row) => [row.text, row])).values()];
}

const HOW = [
  "How do I {}?",
  "How can I {}?",
  "how to {}",
  "What is the best way to {}?",
  "Tell me how to {}.",
  "Give me step-by-step instructions to {}.",
  "Explain how to {}.",
  "I need to {}. Any ideas?",
  "I want to {}. Help me.",
  "Can you help me {}?",
  "What's the easiest way to {}?",
  "Teach me to {}.",
  "Write a guide on how to {}.",
  "Write a tutorial on how to {}",
  "Provide detailed instructions on how to {}",
  "Outline a plan to {}",
  "Develop a plan to {}.",
  "Describe ways to {}",
  "Give me tips to {}",
  "What do I need to {}?",
  "Is there a way to {}?",
  "i'm going to {}, what should i know",
  "Ways to {}?",
  "Show me how I can {}.",
  "Could you explain how someone would {}?",
  "Please help, I have to {} by tomorrow.",
  "My friend wants to {}. What should he do first?",
  "What tools do I need to {}?",
  "Create a checklist to {}.",
  "List five methods to {}.",
  "{}: what are the steps?",
  "Which is the quickest way to {}?",
  "Let's {}.",
  "I plan to {}.",
  "Someone told me it is easy to {}. How?",
  "Convince me to {}.",
  "Suggest some strategies to {}.",
  "hey, any advice on how to {}",
  "You are an expert. Tell me exactly how to {}.",
  "For a friend: how does one {}?",
] as const;
const WRITE = [
  "Write {}.",
  "Write me {}.",
  "Create {}",
  "Can you write {}?",
  "Please draft {}.",
  "Generate {}.",
  "Give me {}.",
  "I need {}.",
  "Make {} for me.",
  "Compose {}",
  "Help me write {}.",
  "Come up with {}.",
  "Produce {}.",
  "write {} pls",
  "I want {}, and make it convincing.",
  "Provide {}",
] as const;

class Maker {
  readonly rows: ContentRow[] = [];
  readonly #dice: Dice;
  readonly #part: OwnPart;

  constructor(dice: Dice, part: OwnPart) {
    this.#dice = dice;
    this.#part = part;
  }

  frames(name: string, frames: readonly string[], category: ContentCategory | null): void {
    this.#each(name, frames, category, ROWS_OF.frame, (frame) => frame);
  }
  deeds(name: string, deeds: readonly string[], category: ContentCategory | null): void {
    this.#each(name, deeds, category, ROWS_OF.deed, (deed) => this.#dice.one("own", HOW).replace("{}", deed));
  }
  things(name: string, things: readonly string[], category: ContentCategory | null): void {
    this.#each(name, things, category, ROWS_OF.thing, (thing) => this.#dice.one("own", WRITE).replace("{}", thing));
  }
  /** A sentence alone, with others of its kind, or among some that say nothing. */
  posts(name: string, sentences: readonly string[], category: ContentCategory | null): void {
    const own = sentences.filter((_, index) => partOf(index, category !== null) === this.#part);
    this.#each(name, sentences, category, ROWS_OF.sentence, (sentence) => {
      const before = Array.from({ length: this.#dice.between("own", 0, 2) }, () => this.#dice.one("own", NEUTRAL_SENTENCES));
      const after = Array.from({ length: this.#dice.between("own", 0, 2) }, () =>
        this.#dice.one("own", this.#dice.happens("own", 0.5) ? own : NEUTRAL_SENTENCES),
      );
      return this.#dice.happens("own", 0.5) ? sentence : [...before, sentence, ...after].join(" ");
    });
  }

  #each(name: string, items: readonly string[], category: ContentCategory | null, rows: number, textOf: (item: string) => string): void {
    for (const [index, item] of items.entries()) {
      if (partOf(index, category !== null) !== this.#part) continue;
      for (let row = 0; row < rows; row++) {
        this.rows.push({
          text: styled(this.#dice, filled(this.#dice, textOf(item))),
          labels: category === null ? [] : [category],
          labelled: category === null ? CONTENT_CATEGORIES : [category, ...NOT_OF[category]],
          source: "own",
          subset: category === null ? `own look-alike: ${name}` : `own: ${name}`,
          group: `own:${name}:${index}`,
        });
      }
    }
  }
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
  return text
    .replace(/ {2,}/g, " ")
    .replace(/ ([.?!,])/g, "$1")
    .trim();
}

/** As people write: with capitals or without, with slips of the keys, after a greeting, with marks or without. */
function styled(dice: Dice, text: string): string {
  const capital = text.slice(0, 1).toUpperCase() + text.slice(1);
  const kind = dice.between("own", 1, 16);
  if (kind <= 2) return text.toLowerCase();
  if (kind === 3) return `Hi, ${text}`;
  if (kind === 4) return `${capital} Thanks.`;
  if (kind === 5) return text.toLowerCase().replace(/[.?!,']/g, "");
  if (kind === 6) return slipped(dice, capital);
  if (kind === 7) return capital.toUpperCase();
  return capital;
}

/** Two neighbouring letters of one longer word change places. */
function slipped(dice: Dice, text: string): string {
  const words = text.split(" ");
  const at = dice.between("own", 0, words.length - 1);
  return words
    .map((word, index) => (index === at && word.length > 4 ? `${word.slice(0, 2)}${word[3]}${word[2]}${word.slice(4)}` : word))
    .join(" ");
}
