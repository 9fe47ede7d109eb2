/** A source file with everything that is no code blanked out, at the same offsets: comments, texts, templates' texts, regular expressions. */

/** Characters after which a `/` begins a regular expression, not a division. */
const BEFORE_PATTERN = /[=(,:;!&|?{}[\n]$|=>$|\breturn$/;

export function codeOnly(source: string): string {
  let out = "";
  let at = 0;
  const blank = (end: number): void => {
    out += source.slice(at, end).replace(/[^\n]/g, " ");
    at = end;
  };
  /** Index after the text that begins at `at` and ends with `quote`. */
  const endOf = (quote: string): number => {
    let end = at + 1;
    while (end < source.length && source[end] !== quote) end += source[end] === "\\" ? 2 : 1;
    return end + 1;
  };
  while (at < source.length) {
    const two = source.slice(at, at + 2);
    const one = source[at] ?? "";
    if (two === "//") blank(lineEnd(source, at));
    else if (two === "/*") blank(source.indexOf("*/", at) + 2);
    else if (one === '"' || one === "'" || one === "`") blank(endOf(one));
    else if (one === "/" && BEFORE_PATTERN.test(out.trimEnd() === "" ? "\n" : out.trimEnd())) blank(endOf("/"));
    else {
      out += one;
      at++;
    }
  }
  return out;
}

function lineEnd(source: string, at: number): number {
  const end = source.indexOf("\n", at);
  return end < 0 ? source.length : end;
}
