/** Text on a terminal: how wide it is, how it is cut and filled, how numbers are said. Pure. */

const RESET = "\x1b[0m";
const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;
export type Style = keyof typeof STYLES;
export type Paint = (style: Style, text: string) => string;

export const colours: Paint = (style, text) => `\x1b[${STYLES[style]}m${text}${RESET}`;
export const noColours: Paint = (_style, text) => text;

/** Columns a text takes, without its colours. */
export const widthOf = (text: string): number => [...plain(text)].length;

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
  return text.replaceAll(/\x1b\[[0-9;]*m/g, "");
}

export const padEnd = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)));
export const padStart = (text: string, width: number): string => " ".repeat(Math.max(0, width - widthOf(text))) + text;

/** At most `width` columns, the cut marked; colours are dropped when it is cut. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  return width <= 1 ? "…".slice(0, width) : `${[...plain(text)].slice(0, width - 1).join("")}…`;
}

/** Lines of at most `width` columns, broken between words. */
export function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.split(/\s+/)) {
      if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
        lines.push(line);
        line = "";
      }
      line = line === "" ? word : `${line} ${word}`;
    }
    return [...lines, line];
  });
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** Small amounts keep their digits: a model's call may cost a few micro-dollars. */
export const dollars = (usd: number): string => `${usd === 0 || usd >= 0.01 ? usd.toFixed(2) : usd.toFixed(6)} dollars`;
