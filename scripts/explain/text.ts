/** An explanation as text, for a terminal of 24 lines and more. Knows nothing of HTTP. */
import type { CostView, Explanation, PathPart } from "../../core/explain/explain.ts";

/** Lines of each list; the API has all of them. */
const LINES = { cost: 6, path: 5, causes: 4, waste: 2 } as const;

/** One screen. */
export function explanationText({ summary, cost, beside, time, causes, waste, what_ifs }: Explanation): string {
  const section = (title: string, lines: readonly string[], most: number): string[] =>
    lines.length === 0 ? [] : [title, ...lines.slice(0, most), ...(lines.length > most ? [`  … ${lines.length - most} more`] : [])];
  return [
    summary,
    "",
    ...section("Money", costLines(cost, 1), LINES.cost),
    ...(beside.children ?? []).filter(({ usd }) => usd > 0).map(({ name, usd }) => row(dollars(usd), `beside it: ${name}`)),
    ...section(
      "Critical path, the longest first",
      time.critical_path.toSorted((a, b) => b.ms - a.ms).flatMap((part) => pathLines(part, 1)),
      LINES.path,
    ),
    ...section(
      "What weighed most",
      causes.map(({ what, step, ms, usd }) => row(`${milliseconds(ms)}  ${dollars(usd)}`, step === null ? what : `${step}: ${what}`)),
      LINES.causes,
    ),
    ...section(
      "Waste",
      waste.map(({ what, usd, ms }) => row(`${milliseconds(ms)}  ${dollars(usd)}`, what)),
      LINES.waste,
    ),
    ...section(
      "Would have saved",
      what_ifs.map(({ what, usd }) => row(dollars(usd), what)),
      LINES.waste,
    ),
  ].join("\n");
}

function costLines({ name, usd, children = [] }: CostView, depth: number): string[] {
  return [row(dollars(usd), `${"  ".repeat(depth - 1)}${name}`), ...children.flatMap((child) => costLines(child, depth + 1))];
}

/** A child run's own path stands below the step that called it, the longest first. */
function pathLines({ step, ms, what, within = [] }: PathPart, depth: number): string[] {
  const inner = within.toSorted((a, b) => b.ms - a.ms).flatMap((part) => pathLines(part, depth + 1));
  return [row(milliseconds(ms), `${"  ".repeat(depth - 1)}${step}: ${what}`), ...inner];
}

const row = (figure: string, what: string): string => `  ${figure.padStart(12)}  ${what}`;
const dollars = (usd: number): string => `$${usd.toFixed(6)}`;
const milliseconds = (ms: number): string => (ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`);
