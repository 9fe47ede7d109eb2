/**
 * A pattern as a nondeterministic automaton (Thompson, "Regular expression search algorithm", 1968): instructions that `match.ts` follows
 * all at once. A look-ahead is an automaton of its own for the text read backwards, so that one pass tells every place where it holds.
 */
import { CharacterSet } from "./character-set.ts";
import type { Node } from "./syntax.ts";

/** What an instruction does; `x` and `y` of it are numbers of instructions unless it says otherwise. */
export const Op = {
  /** One character of the set number `x`; then `y`. */
  one: 0,
  /** `x` and `y`. */
  split: 1,
  /** `y`, where the text begins or ends, or at an edge of a word: `x` is the number of the place. */
  place: 2,
  /** `y`, where the look number `x` holds. */
  look: 3,
  /** As `look`, where it does not hold. */
  noLook: 4,
  match: 5,
} as const;

type Instruction = { readonly op: number; x: number; y: number };
type PlaceNode = Extract<Node, { kind: "place" }>;

/** A place between characters: what it is, and the characters that count as a word there. */
export type Place = { readonly what: PlaceNode["what"]; readonly lines: boolean; readonly word: CharacterSet };
/** A look-ahead or look-behind. `start`: its first instruction. */
export type Look = { readonly start: number; readonly behind: boolean };

/** A compiled pattern. */
export type Program = {
  readonly code: readonly Instruction[];
  readonly sets: readonly CharacterSet[];
  readonly places: readonly Place[];
  /** Inner ones before those that hold them. */
  readonly looks: readonly Look[];
  readonly start: number;
  /** It can only match from the beginning of the text. */
  readonly anchored: boolean;
};

/** Instructions that the pattern needs, at most; counts multiply them. */
export function sizeOf(node: Node): number {
  switch (node.kind) {
    case "one":
    case "place":
      return 1;
    case "look":
      return 2 + sizeOf(node.node);
    case "repeat":
      return (node.least + (Number.isFinite(node.most) ? node.most - node.least : 1)) * (1 + sizeOf(node.node));
    default:
      return node.nodes.reduce((sum, part) => sum + 1 + sizeOf(part), 1);
  }
}

/** MUST only be called for a tree whose size is bounded. */
export function programOf(node: Node): Program {
  const builder = new Builder();
  const match = builder.add(Op.match, 0, 0);
  const start = builder.build(node, match, false);
  return {
    code: builder.code,
    sets: [...builder.sets.values()],
    places: builder.places,
    looks: builder.looks,
    start,
    anchored: isAnchored(node),
  };
}

/** Builds from the end to the beginning: every part is given the instruction that follows it. */
class Builder {
  readonly code: Instruction[] = [];
  readonly sets = new Map<string, CharacterSet>();
  readonly places: Place[] = [];
  readonly looks: Look[] = [];
  readonly #setNumbers = new Map<string, number>();

  add(op: number, x: number, y: number): number {
    this.code.push({ op, x, y });
    return this.code.length - 1;
  }

  /** The instruction where `node` begins and after which `next` follows. `backwards`: the text is read from its end. */
  build(node: Node, next: number, backwards: boolean): number {
    switch (node.kind) {
      case "one":
        return this.add(Op.one, this.#set(node.source, node.flags), next);
      case "place": {
        const word = new CharacterSet("\\w", node.flags.replace("m", ""));
        return this.add(Op.place, this.places.push({ what: node.what, lines: node.flags.includes("m"), word }) - 1, next);
      }
      case "look": {
        const start = this.build(node.node, this.add(Op.match, 0, 0), !node.behind);
        return this.add(node.negated ? Op.noLook : Op.look, this.looks.push({ start, behind: node.behind }) - 1, next);
      }
      case "sequence": {
        const nodes = backwards ? node.nodes : node.nodes.toReversed();
        return nodes.reduce((after, part) => this.build(part, after, backwards), next);
      }
      case "either": {
        const starts = node.nodes.map((part) => this.build(part, next, backwards));
        return starts.reduce((first, second) => this.add(Op.split, first, second));
      }
      case "repeat":
        return this.#repeat(node, next, backwards);
    }
  }

  #repeat({ node, least, most }: Extract<Node, { kind: "repeat" }>, next: number, backwards: boolean): number {
    let start = next;
    if (most === Number.POSITIVE_INFINITY) {
      const loop = this.add(Op.split, next, next);
      const instruction = this.code[loop];
      const body = this.build(node, loop, backwards);
      if (instruction !== undefined) instruction.x = body;
      start = loop;
    } else for (let count = least; count < most; count++) start = this.add(Op.split, this.build(node, start, backwards), next);
    for (let count = 0; count < least; count++) start = this.build(node, start, backwards);
    return start;
  }

  #set(source: string, flags: string): number {
    const key = `${flags} ${source}`;
    const known = this.#setNumbers.get(key);
    if (known !== undefined) return known;
    this.sets.set(key, new CharacterSet(source, flags));
    this.#setNumbers.set(key, this.sets.size - 1);
    return this.sets.size - 1;
  }
}

function isAnchored(node: Node): boolean {
  switch (node.kind) {
    case "place":
      return node.what === "start" && !node.flags.includes("m");
    case "sequence":
      return node.nodes.some(isAnchored);
    case "either":
      return node.nodes.every(isAnchored);
    case "repeat":
      return node.least > 0 && isAnchored(node.node);
    default:
      return false;
  }
}
