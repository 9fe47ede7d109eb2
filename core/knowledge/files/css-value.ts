/**
 * Values of CSS as a browser computes them, as far as one says by itself what it comes to: escapes and comments, and arithmetic of one unit. Pure,
 * linear.
 */

/** Longer values are not computed. */
const LONGEST = 200;
const MOST_DEEP = 8;

/** Comments part what stands beside them; one that does not end hides the rest. */
export function withoutComments(css: string): string {
  if (!css.includes("/*")) return css;
  return css
    .split("/*")
    .map((part, at) => {
      if (at === 0) return part;
      const end = part.indexOf("*/");
      return end < 0 ? "" : part.slice(end + 2);
    })
    .join(" ");
}

/** `n\6f ne` → `none` (CSS Syntax 3, section 4.3.7). */
export const withoutEscapes = (css: string): string =>
  css.includes("\\")
    ? css.replace(/\\(?:([0-9a-f]{1,6})(?:\r\n|[ \t\r\n\f])?|([^\r\n\f0-9a-f]))/giu, (_whole, code?: string, letter?: string) => {
        const point = Number.parseInt(code ?? "", 16);
        if (code === undefined) return letter ?? "";
        return point === 0 || point > 0x10_ffff || (point >= 0xd800 && point <= 0xdfff) ? "\ufffd" : String.fromCodePoint(point);
      })
    : css;

/** A number with its unit; "" where it has none. */
export type Quantity = { readonly number: number; readonly unit: string };

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?)([a-z]{0,6}|%)$/;
const FUNCTION = /\b(?:calc|min|max|clamp|var|env|attr|round|abs|mod|rem|sin|cos|pow)\(/;

/** null: it is no single quantity, or one that only a page's whole layout tells. */
export function quantityOf(value: string): Quantity | null {
  const simple = QUANTITY.exec(value);
  if (simple !== null) return { number: Number(simple[1]), unit: simple[2] ?? "" };
  if (value.length > LONGEST || !/^(?:calc|min|max|clamp)\(/.test(value)) return null;
  return new Arithmetic(value).whole();
}

/** Whether a value hangs on what is not computed here. */
export const isUnread = (value: string): boolean => FUNCTION.test(value) && quantityOf(value) === null;

/** `calc(…)`, `min(…)`, `max(…)`, `clamp(…)` of one unit. */
class Arithmetic {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens =
      text.match(/(?:calc|min|max|clamp)?\(|[),*/]|(?<=\s)[+-](?=\s)|[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?(?:[a-z]{1,6}|%)?|\S/g) ??
      [];
  }

  whole(): Quantity | null {
    const value = this.#term(0);
    return value !== null && this.#at === this.#tokens.length ? value : null;
  }

  #sum(depth: number): Quantity | null {
    let left = this.#product(depth);
    for (let sign = this.#tokens[this.#at]; left !== null && (sign === "+" || sign === "-"); sign = this.#tokens[this.#at]) {
      this.#at++;
      const right = this.#product(depth);
      const unit = commonUnit(left, right);
      left =
        right === null || unit === null ? null : { number: sign === "+" ? left.number + right.number : left.number - right.number, unit };
    }
    return left;
  }

  #product(depth: number): Quantity | null {
    let left = this.#term(depth);
    for (let sign = this.#tokens[this.#at]; left !== null && (sign === "*" || sign === "/"); sign = this.#tokens[this.#at]) {
      this.#at++;
      const right = this.#term(depth);
      if (right === null || (left.unit !== "" && right.unit !== "") || (sign === "/" && (right.unit !== "" || right.number === 0)))
        return null;
      left = { number: sign === "*" ? left.number * right.number : left.number / right.number, unit: left.unit || right.unit };
    }
    return left;
  }

  #term(depth: number): Quantity | null {
    const token = this.#tokens[this.#at++] ?? "";
    if (!token.endsWith("(")) {
      const simple = QUANTITY.exec(token);
      return simple === null ? null : { number: Number(simple[1]), unit: simple[2] ?? "" };
    }
    if (depth >= MOST_DEEP) return null;
    const given: Quantity[] = [];
    do {
      const one = this.#sum(depth + 1);
      if (one === null) return null;
      given.push(one);
    } while (this.#tokens[this.#at] === "," && this.#at++ < this.#tokens.length);
    if (this.#tokens[this.#at++] !== ")") return null;
    return combined(token, given);
  }
}

/** A zero has every unit. */
function commonUnit(a: Quantity, b: Quantity | null): string | null {
  if (b === null) return null;
  if (a.unit === b.unit || b.number === 0) return a.unit;
  return a.number === 0 ? b.unit : null;
}

function combined(name: string, given: readonly Quantity[]): Quantity | null {
  const [first, second, third] = given;
  if (first === undefined) return null;
  if (given.length === 1) return first;
  const unit = given
    .map((one) => commonUnit(first.number === 0 ? one : first, one))
    .reduce((a, b) => (a === null || b === null ? null : a || b));
  if (unit === null) return null;
  const numbers = given.map(({ number }) => number);
  if (name === "min(") return { number: Math.min(...numbers), unit };
  if (name === "max(") return { number: Math.max(...numbers), unit };
  if (name !== "clamp(" || second === undefined || third === undefined) return null;
  return { number: Math.max(first.number, Math.min(second.number, third.number)), unit };
}
