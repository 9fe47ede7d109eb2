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

/** ECMA-262 section 12.3. */
const endsLine = (point: number): boolean => point === 0x0a || point === 0x0d || point === 0x2028 || point === 0x2029;
