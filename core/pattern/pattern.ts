/**
 * Regular expressions of clients: ECMA-262 with the flag `u`, without references back to a group. The native engine tries one way after the
 * other, which may take time exponential in the text; here every pattern takes time linear in it.
 */
import { err, ok, type Result } from "../result.ts";
import { covered, matches, type Spend, type Stretch } from "./match.ts";
import { type Program, programOf, sizeOf } from "./program.ts";
import { readPattern } from "./syntax.ts";

/** A pattern that is ready to match. */
export type Pattern = {
  /** Instructions that a character may cost at the very most. */
  readonly size: number;
  /** Does it match somewhere in the text? `spend` receives the work done, in steps of about 10 ns, and may throw to end it. */
  readonly test: (text: string, spend: Spend) => boolean;
  /** Everything that is part of a match, in UTF-16 units; null: there is no match. `spend` as of `test`. */
  readonly cover: (text: string, spend: Spend) => readonly Stretch[] | null;
};

/** Maximum UTF-16 units of a pattern; a longer one is refused. */
const MOST_LENGTH = 8_192;
/** Maximum instructions of one pattern (`a{1,5000}` needs ten thousand); a larger one is refused. */
const MOST_SIZE = 20_000;
/** Maximum instructions of all cached patterns together. */
const MOST_REMEMBERED = 200_000;

const remembered = new Map<string, Result<Pattern, string>>();
let rememberedSize = 0;

/**
 * The error says why it is refused, without the pattern. With `flags`, the pattern may begin with flags as in `(?i)`, of `i`, `m` and `s`;
 * the patterns of JSON Schema have none.
 */
export function compilePattern(written: string, flags: "flags" | "no flags" = "no flags"): Result<Pattern, string> {
  if (written.length > MOST_LENGTH) return err(`the pattern is longer than ${MOST_LENGTH} characters`);
  const key = `${flags} ${written}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const flagged = flags === "flags" ? /^\(\?([ims]{1,3})\)/.exec(written) : null;
  const made = compile(written.slice(flagged?.[0].length ?? 0), [...new Set(flagged?.[1] ?? "")].join(""));
  const size = 100 + written.length + (made.ok ? made.value.size : 0);
  if (rememberedSize + size > MOST_REMEMBERED) {
    remembered.clear();
    rememberedSize = 0;
  }
  remembered.set(key, made);
  rememberedSize += size;
  return made;
}

function compile(pattern: string, flags: string): Result<Pattern, string> {
  const read = readPattern(pattern, flags);
  if (!read.ok) return read;
  const size = sizeOf(read.value);
  if (size > MOST_SIZE) return err("the pattern counts too far");
  let program: Program | null = null; // made at its first use: most patterns are registered more often than they are tried
  const ready = (): Program => {
    program ??= programOf(read.value);
    return program;
  };
  return ok({
    size,
    test: (text, spend) => matches(ready(), text, spend),
    cover: (text, spend) => covered(ready(), text, spend),
  });
}
