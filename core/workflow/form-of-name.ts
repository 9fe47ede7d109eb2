/** What a name has to look like, in words made from its pattern: whoever is refused reads which form is meant. Pure. */

/** One class, or one class after another with a bound, from the beginning to the end of the text. */
const SHAPE = /^\^(?:\(\?!\\\.\{1,2\}\$\))?\[([^\]]+)\](?:\[([^\]]+)\])?(?:\{\d+,\d+\}|\+|\*)?\$$/;
const PARTS: readonly (readonly [string, string, string])[] = [
  ["a-z", "lower-case letters", "a lower-case letter"],
  ["A-Z", "capital letters", "a capital letter"],
  ["0-9", "digits", "a digit"],
  [".", "dots", "a dot"],
  ["_", "underscores", "an underscore"],
  [":", "colons", "a colon"],
  ["/", "slashes", "a slash"],
  ["-", "hyphens", "a hyphen"],
];

/** What a text that does not match is told. A pattern that has no words is shown itself. */
export function flawOfForm({ source }: RegExp): string {
  const [, first = "", rest] = SHAPE.exec(source) ?? [];
  const [begins, goesOn] = [partsOf(first), partsOf(rest ?? first)];
  if (begins === null || goesOn === null) return `does not match \`${source}\``;
  const all = listed(
    goesOn.map(([, many]) => many),
    "and",
  );
  const only = `must have only ${all}`;
  if (rest === undefined || first === rest) return only;
  return `${only}, and begin with ${listed(
    begins.map(([, , one]) => one),
    "or",
  )}`;
}

/** null: the class has something that has no words. */
function partsOf(written: string): readonly (readonly [string, string, string])[] | null {
  let left = written.replaceAll("\\", "");
  const found = PARTS.filter(([part]) => {
    const has = left.includes(part);
    left = left.replace(part, "");
    return has;
  });
  return left === "" && found.length > 0 ? found : null;
}

const listed = (words: readonly string[], last: string): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
