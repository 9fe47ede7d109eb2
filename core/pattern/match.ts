/**
 * Follows all ways through a program at once, character by character: the work is the length of the text times the size of the program,
 * whatever the pattern is. Looks are worked out first, for every place of the text in one pass each.
 */
import { type Look, Op, type Place, type Program } from "./program.ts";

/** Told how many instructions were followed; throws to end the matching. */
export type Spend = (steps: number) => void;

/** Steps that are gathered before they are told. */
const TOLD_AT = 4_096;

/** Does the pattern match somewhere in the text? */
export function matches(program: Program, text: string, spend: Spend): boolean {
  spend(1 + text.length / 4);
  return new Matching(program, codePointsOf(text), spend).run();
}

/** A part of a text, in UTF-16 units. */
export type Stretch = { readonly start: number; readonly end: number };

/**
 * Everything that is part of a match, in order and without overlap; null: there is none. Matches of no length cover nothing. Where several
 * matches end at one place the longest counts, whether or not the pattern is greedy.
 */
export function covered(program: Program, text: string, spend: Spend): readonly Stretch[] | null {
  spend(1 + text.length / 4);
  const points = codePointsOf(text);
  const found = new Matching(program, points, spend).cover();
  if (found === null || points.length === text.length) return found;
  let [at, offset] = [0, 0];
  const offsetOf = (place: number): number => {
    for (; at < place; at++) offset += (points[at] ?? 0) > 0xffff ? 2 : 1;
    return offset;
  };
  return found.map(({ start, end }) => ({ start: offsetOf(start), end: offsetOf(end) }));
}

/** A surrogate that stands alone is a code point of its own, as with the flag `u`. */
function codePointsOf(text: string): Uint32Array {
  const points = new Uint32Array(text.length);
  let length = 0;
  for (const character of text) points[length++] = character.codePointAt(0) ?? 0;
  return points.subarray(0, length);
}

class Matching {
  readonly #program: Program;
  readonly #points: Uint32Array;
  readonly #spend: Spend;
  /** For each look, whether it holds at each place of the text. */
  readonly #holds: Uint8Array[] = [];
  /** For each instruction, the last round in which it was followed. */
  readonly #followed: Uint32Array;
  readonly #open: number[] = [];
  #round = 0;
  #steps = 0;

  constructor(program: Program, points: Uint32Array, spend: Spend) {
    this.#program = program;
    this.#points = points;
    this.#spend = spend;
    this.#followed = new Uint32Array(program.code.length);
  }

  run(): boolean {
    this.#count(this.#program.code.length / 16);
    for (const look of this.#program.looks) this.#holds.push(this.#workOut(look));
    const { start, anchored } = this.#program;
    const found = this.#pass(start, anchored, false, () => true);
    this.#spend(this.#steps);
    return found;
  }

  /** One pass; each way knows where it began. Earlier ones go first, so that each instruction is followed for the earliest beginning. */
  cover(): Stretch[] | null {
    this.#count(this.#program.code.length / 16);
    for (const look of this.#program.looks) this.#holds.push(this.#workOut(look));
    const { start, anchored, code, sets } = this.#program;
    const found: Stretch[] = [];
    let [waiting, begins]: [number[], number[]] = [[], []];
    let isMatch = false;
    for (let at = 0; at <= this.#points.length; at++) {
      const [now, since]: [number[], number[]] = [[], []];
      this.#round += 1;
      let earliest: number | null = null;
      const follow = (instruction: number, begin: number): void => {
        if (this.#follow(instruction, at, now)) earliest ??= begin;
        while (since.length < now.length) since.push(begin);
      };
      for (const [index, instruction] of waiting.entries()) follow(instruction, begins[index] ?? at);
      if (at === 0 || !anchored) follow(start, at);
      if (earliest !== null) {
        isMatch = true;
        addTo(found, earliest, at);
      }
      if (at === this.#points.length || (anchored && now.length === 0)) break;
      const point = this.#points[at] ?? 0;
      [waiting, begins] = [[], []];
      for (const [index, number] of now.entries()) {
        const instruction = code[number];
        if (instruction === undefined || !sets[instruction.x]?.has(point)) continue;
        waiting.push(instruction.y);
        begins.push(since[index] ?? at);
      }
      this.#count(1 + now.length);
    }
    this.#spend(this.#steps);
    return isMatch ? found : null;
  }

  #workOut({ start, behind }: Look): Uint8Array {
    const holds = new Uint8Array(this.#points.length + 1);
    this.#count(holds.length / 8);
    this.#pass(start, false, !behind, (at) => {
      holds[at] = 1;
      return false;
    });
    return holds;
  }

  /** One way through the text, with a new beginning at every place. `found` says whether one match is enough. */
  #pass(start: number, anchored: boolean, backwards: boolean, found: (at: number) => boolean): boolean {
    const { code, sets } = this.#program;
    const { length } = this.#points;
    let waiting: number[] = [];
    for (let read = 0; read <= length; read++) {
      const at = backwards ? length - read : read;
      const now: number[] = [];
      this.#round += 1;
      let isMatch = false;
      for (const instruction of waiting) isMatch = this.#follow(instruction, at, now) || isMatch;
      if (read === 0 || !anchored) isMatch = this.#follow(start, at, now) || isMatch;
      if (isMatch && found(at)) return true;
      if (read === length || (anchored && now.length === 0)) break;
      const point = this.#points[backwards ? at - 1 : at] ?? 0;
      waiting = [];
      for (const number of now) {
        const instruction = code[number];
        if (instruction !== undefined && sets[instruction.x]?.has(point)) waiting.push(instruction.y);
      }
      this.#count(1 + now.length);
    }
    return false;
  }

  /** Adds to `now` what waits for a character after `first`; true: the pattern may end here. */
  #follow(first: number, at: number, now: number[]): boolean {
    const { code } = this.#program;
    const open = this.#open;
    let isMatch = false;
    open.push(first);
    for (let number = open.pop(); number !== undefined; number = open.pop()) {
      const instruction = code[number];
      if (instruction === undefined || this.#followed[number] === this.#round) continue;
      this.#followed[number] = this.#round;
      this.#count(1);
      const { op, x, y } = instruction;
      if (op === Op.one) now.push(number);
      else if (op === Op.split) open.push(y, x);
      else if (op === Op.match) isMatch = true;
      else if (op === Op.place ? this.#isPlace(this.#program.places[x], at) : (this.#holds[x]?.[at] === 1) === (op === Op.look))
        open.push(y);
    }
    return isMatch;
  }

  #isPlace(place: Place | undefined, at: number): boolean {
    const [before, after] = [this.#points[at - 1], this.#points[at]];
    if (place === undefined) return false;
    if (place.what === "start") return before === undefined || (place.lines && endsLine(before));
    if (place.what === "end") return after === undefined || (place.lines && endsLine(after));
    const isEdge = (before !== undefined && place.word.has(before)) !== (after !== undefined && place.word.has(after));
    return isEdge === (place.what === "edge");
  }

  #count(steps: number): void {
    this.#steps += steps;
    if (this.#steps < TOLD_AT) return;
    this.#spend(this.#steps);
    this.#steps = 0;
  }
}

/** Stretches end later and later; one that begins within those before takes them in. */
function addTo(found: { start: number; end: number }[], start: number, end: number): void {
  if (start === end) return;
  let from = start;
  for (let last = found.at(-1); last !== undefined && last.end > from; last = found.at(-1)) {
    from = Math.min(from, last.start);
    found.pop();
  }
  found.push({ start: from, end });
}

/** ECMA-262 section 12.3. */
const endsLine = (point: number): boolean => point === 0x0a || point === 0x0d || point === 0x2028 || point === 0x2029;
