/**
 * Every text that a small expression matches: letters, blanks, `(?:a|b)`, `[ab]`, and `?` behind a unit, a blank of any kind (`\\s`) or a group. Such lists are
 * easier to read as expressions, and faster to search for as words. Knows nothing of what they mean.
 */

/** The texts, without repetition. A blank may be left out where `\\s?` or `\\s*` stands; other signs of expressions are a mistake and throw. */
export function spellingsOf(source: string): readonly string[] {
  const { texts, at } = alternatives(source, 0);
  if (at < source.length) throw new Error(`${source}: unexpected ) at ${at}`);
  return [...new Set(texts)];
}

type Read = { readonly texts: readonly string[]; readonly at: number };

/** Alternatives up to the end or a closing bracket. */
function alternatives(source: string, from: number): Read {
  let texts: string[] = [];
  let at = from - 1;
  do {
    const read = sequence(source, at + 1);
    texts = texts.concat(read.texts);
    at = read.at;
  } while (source[at] === "|");
  return { texts, at };
}

function sequence(source: string, from: number): Read {
  let texts: readonly string[] = [""];
  let at = from;
  while (at < source.length && source[at] !== "|" && source[at] !== ")") {
    const part = element(source, at);
    const optional = source[part.at] === "?" || (source[part.at] === "*" && part.texts[0] === " ");
    const choices = optional ? ["", ...part.texts] : part.texts;
    texts = texts.flatMap((before) => choices.map((next) => before + next));
    at = part.at + (optional ? 1 : 0);
  }
  return { texts, at };
}

function element(source: string, at: number): Read {
  if (source.startsWith("(?:", at)) {
    const { texts, at: end } = alternatives(source, at + 3);
    if (source[end] !== ")") throw new Error(`${source}: nothing closes the group at ${at}`);
    return { texts, at: end + 1 };
  }
  if (source.startsWith("\\s", at)) return { texts: [" "], at: at + 2 };
  const units = /^\[([^\]^-]+)\]/.exec(source.slice(at))?.[1];
  if (units !== undefined) return { texts: [...units], at: at + units.length + 2 };
  const unit = source[at] ?? "";
  if (/[()[\]{}*+?^$\\]/.test(unit)) throw new Error(`${source}: ${unit} at ${at} means nothing here`);
  return { texts: [unit], at: at + 1 };
}
