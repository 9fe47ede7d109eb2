/** What a part reports: figures with their targets, and what was measured on each side. Pure. */
import type { Summary } from "./statistics.ts";

export type Unit =
  | "ms"
  | "runs/s"
  | "requests/s"
  | "entries/s"
  | "chunks/s"
  | "ms/kB"
  | "ms CPU"
  | "×"
  | "rows"
  | "USD"
  | "bytes"
  | "requests"
  | "messages"
  | "GB-s"
  | "CPU ms";

export type Target = { readonly at: "most" | "least"; readonly value: number };

export type Figure = {
  readonly part: string;
  /** Stable: results of different days are compared by it. */
  readonly id: string;
  readonly what: string;
  readonly unit: Unit;
  /** What the target is about: most often a ratio of two sides measured in the same window. */
  readonly value: Summary;
  readonly target: Target | null;
  /** The sides of a ratio, or other values that help to read it; by name, in their own unit. */
  readonly sides: readonly Side[];
  /** What a reader has to know about this very figure. */
  readonly note?: string;
};

export type Side = { readonly name: string; readonly unit: Unit; readonly value: Summary };

export function isMet({ value, target }: Pick<Figure, "value" | "target">): boolean | null {
  if (target === null) return null;
  return target.at === "most" ? value.median <= target.value : value.median >= target.value;
}

/** Three significant digits, without an exponent. */
export function written(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value
    .toFixed(Math.min(digits, 8))
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

export const COLUMNS = ["part", "figure", "value", "spread", "target", "", "sides"] as const;

/** Rows of words for a table; the first is the heading. */
export function tableOf(figures: readonly Figure[]): string[][] {
  return [
    [...COLUMNS],
    ...figures.map((figure) => [
      figure.part,
      figure.what,
      `${written(figure.value.median)} ${figure.unit}`,
      figure.value.values.length > 1
        ? `${written(figure.value.low)} to ${written(figure.value.high)} (n=${figure.value.values.length})`
        : "",
      figure.target === null ? "" : `${figure.target.at === "most" ? "≤" : "≥"} ${written(figure.target.value)}`,
      { true: "met", false: "MISSED", null: "" }[String(isMet(figure))] ?? "",
      figure.sides.map(({ name, unit, value }) => `${name} ${written(value.median)} ${unit}`).join(" · "),
    ]),
  ];
}

/** Columns wide enough for their words, two spaces apart; the last one is left as it is. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}
