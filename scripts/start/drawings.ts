/** The table of a run's steps and the bars of where its time went, as lines of text. Pure. */
import type { StepStatus } from "../../core/run/outside/view.ts";
import type { StepLine, Story } from "./story.ts";
import { duration, type Paint, padEnd, padStart, type Style, truncate, widthOf } from "./text.ts";

const MARKS: { readonly [S in StepStatus]: readonly [mark: string, style: Style] } = {
  pending: ["·", "dim"],
  running: ["▸", "cyan"],
  waiting: ["…", "yellow"],
  completed: ["✔", "green"],
  failed: ["✘", "red"],
  skipped: ["–", "dim"],
  compensated: ["↺", "yellow"],
};

/** `now`: epoch milliseconds, for steps that are under way. */
export function drawSteps(story: Story, now: number, width: number, paint: Paint): string[] {
  const header = ["", "step", "kind", "status", "time", "what happened"];
  const rows = story.steps.map((step) => {
    const [mark, style] = MARKS[step.status];
    return [paint(style, mark), step.id, step.kind, paint(style, step.status), timeOf(step, now), withAttempts(step)];
  });
  const widths = header.map((title, column) => Math.max(widthOf(title), ...rows.map((row) => widthOf(row[column] ?? ""))));
  const last = header.length - 1;
  const room = Math.max(10, width - 2 - widths.slice(0, last).reduce((sum, size) => sum + size + 2, 0));
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, column) => (column === last ? truncate(cell, room) : column === 4 ? padStart(cell, widths[column] ?? 0) : padEnd(cell, widths[column] ?? 0))).join("  ")}`.trimEnd();
  return [paint("dim", line(header)), ...rows.map(line)];
}

function timeOf({ startedAt, endedAt, status }: StepLine, now: number): string {
  if (startedAt === null || status === "skipped") return "";
  return duration((endedAt ?? now) - startedAt);
}

const withAttempts = ({ attempts, note }: StepLine): string => (attempts > 1 ? `${note} (attempt ${attempts})` : note);

export type Bar = { readonly label: string; readonly ms: number; readonly note?: string };

/** Bars to one scale, the longest `width` columns wide; what took any time at all has a bar. */
export function drawBars(bars: readonly Bar[], width: number, paint: Paint): string[] {
  const longest = Math.max(1, ...bars.map(({ ms }) => ms));
  const labels = Math.max(0, ...bars.map(({ label }) => widthOf(label)));
  const times = Math.max(0, ...bars.map(({ ms }) => widthOf(duration(ms))));
  return bars.map(({ label, ms, note }) => {
    const filled = ms <= 0 ? 0 : Math.max(1, Math.round((ms / longest) * width));
    const bar = padEnd(paint("blue", "█".repeat(filled)), width);
    return `  ${padEnd(label, labels)}  ${padStart(duration(ms), times)}  ${bar}${note === undefined ? "" : `  ${paint("dim", note)}`}`.trimEnd();
  });
}

/** Rows in columns, the first row as header. */
export function drawTable(rows: readonly (readonly string[])[], paint: Paint): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(0, ...rows.map((row) => widthOf(row[column] ?? ""))));
  return rows.map((row, at) => {
    const line = `  ${row.map((cell, column) => padEnd(cell, widths[column] ?? 0)).join("  ")}`.trimEnd();
    return at === 0 ? paint("dim", line) : line;
  });
}
