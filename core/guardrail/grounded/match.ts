/** Which word of one sentence says what a word of another says, or the opposite of it. Pure. */
import type { Row, Token } from "./tokens.ts";

/** The token of the row that says the same, or the opposite, in this part of it rather than in another; `isOpposite`: the two are of opposite sides of a concept, or one is `un-` of the other. */
export type Match = { readonly token: Token; readonly isOpposite: boolean };

/** null: the row has no such word. `part`: of the row, looked at first. */
export function matchOf(token: Token, other: Row, part: number | null = null): Match | null {
  let opposite: Match | null = null;
  const tokens = part === null ? other.tokens : other.tokens.toSorted((a, b) => Number(b.part === part) - Number(a.part === part));
  for (const one of tokens) {
    if (one.stem === token.stem) return { token: one, isOpposite: false };
    for (const a of token.concepts)
      for (const b of one.concepts) {
        if (a.id !== b.id) continue;
        if (a.sign === b.sign) return { token: one, isOpposite: false };
        opposite ??= { token: one, isOpposite: true };
      }
    if (isUn(token.stem, one.stem) || isUn(one.stem, token.stem)) opposite ??= { token: one, isOpposite: true };
  }
  return opposite;
}

const isUn = (a: string, b: string): boolean =>
  b.length >= 4 && (a === `un${b}` || a === `in${b}` || a === `im${b}` || a === `non${b}` || a === `dis${b}` || a === `ir${b}`);
