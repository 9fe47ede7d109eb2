/**
 * A text that fits a regular expression, for the expressions that schemas use: literals, classes, groups, alternatives and
 * counts. Look-arounds, back-references and properties give null; whoever asks checks the text against the expression anyway.
 */

type Node =
  | { readonly kind: "set"; readonly characters: readonly string[] }
  | { readonly kind: "sequence"; readonly nodes: readonly Node[] }
  | { readonly kind: "either"; readonly nodes: readonly Node[] }
  | { readonly kind: "repeat"; readonly node: Node; readonly min: number; readonly max: number };

const DIGITS = [..."0123456789"];
const LOWER = [..."abcdefghijklmnopqrstuvwxyz"];
const UPPER = LOWER.map((letter) => letter.toUpperCase());
const WORD = [...LOWER, ...UPPER, ...DIGITS, "_"];
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
/** Letters and digits first: a text that a person can read. */
const ANY = [...WORD, ...PRINTABLE.filter((character) => !WORD.includes(character))];
const ESCAPES: { readonly [letter: string]: readonly string[] } = {
  d: DIGITS,
  w: WORD,
  s: [" "],
  D: [...LOWER, "-"],
  W: ["-", " "],
  S: WORD,
  t: ["\t"],
  n: ["\n"],
  r: ["\r"],
};
const LONGEST = 512;

/** `variant` chooses among the texts that fit; `minLength` in characters. Null: the expression is beyond this. */
export function sampleOf(pattern: string, minLength: number, variant: number): string | null {
  const parser = new Parser(pattern);
  const node = parser.parse();
  if (node === null) return null;
  for (let extra = 0; extra <= LONGEST; extra = extra === 0 ? 1 : extra * 2) {
    for (const more of [extra, Math.max(0, minLength - (write(node, 0, variant)?.length ?? 0))]) {
      const text = write(node, more, variant);
      if (text.length >= minLength || text.length > LONGEST) return text.slice(0, Math.max(LONGEST, minLength));
    }
  }
  return write(node, 0, variant);
}

/** `extra`: repetitions beyond the least, where the expression allows them. */
function write(node: Node, extra: number, variant: number): string {
  switch (node.kind) {
    case "set":
      return node.characters[variant % node.characters.length] ?? "";
    case "sequence":
      return node.nodes.map((part) => write(part, extra, variant)).join("");
    case "either":
      return write(node.nodes[variant % node.nodes.length] as Node, extra, variant);
    case "repeat": {
      const times = Math.min(node.max, node.min + extra, LONGEST);
      return Array.from({ length: times }, () => write(node.node, 0, variant)).join("");
    }
  }
}

class Parser {
  readonly #characters: readonly string[];
  #at = 0;
  #failed = false;

  constructor(pattern: string) {
    this.#characters = [...pattern];
  }

  parse(): Node | null {
    const node = this.#either();
    return this.#failed || this.#at < this.#characters.length ? null : node;
  }

  #either(): Node {
    const nodes = [this.#sequence()];
    while (this.#take("|")) nodes.push(this.#sequence());
    return nodes.length === 1 ? (nodes[0] as Node) : { kind: "either", nodes };
  }

  #sequence(): Node {
    const nodes: Node[] = [];
    while (!this.#failed && this.#at < this.#characters.length && this.#peek() !== "|" && this.#peek() !== ")") {
      if (this.#take("^") || this.#take("$")) continue; // the text is written whole: it begins and ends there
      nodes.push(this.#counted(this.#atom()));
    }
    return { kind: "sequence", nodes };
  }

  #atom(): Node {
    const character = this.#next();
    if (character === "(") {
      if (this.#take("?") && !this.#take(":")) return this.#fail();
      const node = this.#either();
      return this.#take(")") ? node : this.#fail();
    }
    if (character === "[") return this.#class();
    if (character === ".") return { kind: "set", characters: ANY };
    if (character === "\\") return { kind: "set", characters: this.#escape() };
    return "*+?{}]".includes(character) ? this.#fail() : { kind: "set", characters: [character] };
  }

  #class(): Node {
    const negated = this.#take("^");
    const characters: string[] = [];
    while (!this.#failed && !this.#take("]")) {
      const first = this.#classItem();
      if (first.length === 1 && this.#peek() === "-" && this.#characters[this.#at + 1] !== "]") {
        this.#next();
        characters.push(...range(first[0] ?? "", this.#classItem()[0] ?? ""));
      } else characters.push(...first);
    }
    const chosen = negated ? ANY.filter((character) => !characters.includes(character)) : characters;
    return chosen.length === 0 ? this.#fail() : { kind: "set", characters: chosen };
  }

  #classItem(): readonly string[] {
    const character = this.#next();
    return character === "\\" ? this.#escape() : [character];
  }

  #escape(): readonly string[] {
    const letter = this.#next();
    const set = ESCAPES[letter];
    if (set !== undefined) return set;
    if (/[A-Za-z0-9]/.test(letter)) this.#fail(); // back-references, properties, code points
    return [letter];
  }

  #counted(node: Node): Node {
    const counts = this.#count();
    if (counts === null) return node;
    this.#take("?"); // lazy or greedy is the same for writing
    return { kind: "repeat", node, ...counts };
  }

  #count(): { min: number; max: number } | null {
    if (this.#take("*")) return { min: 0, max: LONGEST };
    if (this.#take("+")) return { min: 1, max: LONGEST };
    if (this.#take("?")) return { min: 0, max: 1 };
    const counts = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(this.#characters.slice(this.#at, this.#at + 12).join(""));
    if (counts === null) return null;
    this.#at += counts[0].length;
    const min = Number(counts[1]);
    return { min, max: counts[2] === undefined ? min : counts[3] === undefined ? LONGEST : Number(counts[3]) };
  }

  #peek(): string {
    return this.#characters[this.#at] ?? "";
  }

  #next(): string {
    const character = this.#peek();
    if (character === "") this.#failed = true;
    this.#at++;
    return character;
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #fail(): Node {
    this.#failed = true;
    return { kind: "set", characters: [""] };
  }
}

function range(from: string, to: string): string[] {
  const [first, last] = [from.codePointAt(0) ?? 1, to.codePointAt(0) ?? 0];
  return Array.from({ length: Math.max(0, Math.min(last - first + 1, 256)) }, (_, index) => String.fromCodePoint(first + index));
}
