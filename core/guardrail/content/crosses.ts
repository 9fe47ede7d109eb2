/**
 * What a sentence says as a whole: which harm it names, in which frame (asked for, wished, demanded), to whom, and whether something in it takes the
 * harm back. Each combination is a feature, so that a new word of a known meaning counts in every frame.
 */

import type { Meaning } from "./lexicon/index.ts";
import { MEANINGS } from "./meanings.ts";

const HARMS: readonly (readonly Meaning[])[] = [
  ["violence.kill"],
  ["violence.injure"],
  ["violence.torture"],
  ["violence.mass"],
  ["violence.abuse"],
  ["violence.threat"],
  ["violence.deserve"],
  ["weapon.gun", "weapon.blade"],
  ["weapon.bomb", "weapon.mass"],
  ["drug.name", "drug.deal"],
  ["crime.theft"],
  ["crime.fraud"],
  ["crime.money"],
  ["crime.hack", "crime.malware"],
  ["crime.traffic"],
  ["crime.damage"],
  ["crime.stalk"],
  ["crime.evade"],
  ["crime.cheat"],
  ["crime.word"],
  ["slur"],
  ["demean.animal"],
  ["demean.low"],
  ["demean.moral"],
  ["expel"],
  ["superior", "ideology"],
  ["stance.hate"],
  ["mock"],
  ["insult"],
  ["sexual.act"],
  ["sexual.body"],
  ["sexual.frame", "sexual.undress"],
  ["sexual.porn", "sexual.trade"],
  ["sexual.kink"],
  ["self.kill", "self.method"],
  ["self.cut"],
  ["self.eat"],
  ["self.despair", "self.goodbye"],
  ["self.die"],
  ["self.dare"],
];
/** The first that holds; the one after the last: none of them. */
const FRAMES: readonly (readonly Meaning[])[] = [["ask.how"], ["ask.write"], ["wish"], ["should"], ["all"]];
const GROUPS: readonly Meaning[] = [
  "group.race",
  "group.nation",
  "group.religion",
  "group.gender",
  "group.lgbt",
  "group.disabled",
  "group.migrant",
  "group.those",
];
const TARGETS: readonly (readonly Meaning[])[] = [
  GROUPS,
  ["group.job"],
  ["to.young", "to.weak"],
  ["to.known"],
  ["to.any", "to.power"],
  ["to.place"],
  ["to.animal"],
  ["to.him"],
  ["to.you"],
  ["to.me"],
];
const TAKEN_BACK: readonly (readonly Meaning[])[] = [
  ["calm.figure"],
  ["calm.prevent"],
  ["calm.help", "calm.report"],
  ["counter"],
  ["calm.game"],
  ["calm.tech"],
  ["calm.fiction"],
  ["calm.history"],
  ["calm.news"],
  ["calm.law"],
  ["calm.medicine", "sexual.health"],
  ["calm.home", "calm.daily"],
  ["positive"],
  ["calm.study"],
];

/** For each meaning the place of the list that holds it, or the number of lists where none does. */
const placesIn = (lists: readonly (readonly Meaning[])[]): Uint8Array =>
  Uint8Array.from(MEANINGS, (meaning) => {
    const found = lists.findIndex((list) => list.includes(meaning));
    return found === -1 ? lists.length : found;
  });
const [HARM, FRAME, TARGET, BACK] = [placesIn(HARMS), placesIn(FRAMES), placesIn(TARGETS), placesIn(TAKEN_BACK)];
const NO = MEANINGS.indexOf("no");

const WAYS = {
  frame: FRAMES.length + 1,
  target: TARGETS.length + 1,
  back: TAKEN_BACK.length + 1,
} as const;
/** Combinations of one harm with a frame and a target, a frame and what takes it back, a target and what takes it back, a target and a "no". */
const OF_A_HARM = WAYS.frame * WAYS.target + WAYS.frame * WAYS.back + WAYS.target * WAYS.back + 2 * WAYS.target;
/** Two harms in one sentence. */
const PAIRS = HARMS.length * HARMS.length;

/** Number of crosses. */
export const CROSSES = HARMS.length * OF_A_HARM + PAIRS;

/** Gathers the meanings of one sentence, and of the next. */
export class Sentence {
  readonly #harms: number[] = [];
  #frame: number = FRAMES.length;
  #target: number = TARGETS.length;
  #back: number = TAKEN_BACK.length;
  #no = 0;

  add(meaning: number): void {
    const harm = HARM[meaning] ?? HARMS.length;
    if (harm < HARMS.length && !this.#harms.includes(harm)) this.#harms.push(harm);
    this.#frame = Math.min(this.#frame, FRAME[meaning] ?? this.#frame);
    this.#target = Math.min(this.#target, TARGET[meaning] ?? this.#target);
    this.#back = Math.min(this.#back, BACK[meaning] ?? this.#back);
    if (meaning === NO) this.#no = 1;
  }

  /** Calls `see` with each cross of the sentence, and begins another. */
  end(see: (cross: number) => void): void {
    for (const harm of this.#harms) {
      let base = harm * OF_A_HARM;
      see(base + this.#frame * WAYS.target + this.#target);
      base += WAYS.frame * WAYS.target;
      see(base + this.#frame * WAYS.back + this.#back);
      base += WAYS.frame * WAYS.back;
      see(base + this.#target * WAYS.back + this.#back);
      base += WAYS.target * WAYS.back;
      see(base + this.#no * WAYS.target + this.#target);
      for (const other of this.#harms) if (other > harm) see(HARMS.length * OF_A_HARM + harm * HARMS.length + other);
    }
    this.#harms.length = 0;
    [this.#frame, this.#target, this.#back, this.#no] = [FRAMES.length, TARGETS.length, TAKEN_BACK.length, 0];
  }
}
