/** The terminal: lines that stay, and below them a block that is drawn again in place. Without a terminal only lines that stay. */
import { colours, noColours, type Paint, truncate } from "./text.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

export type Terminal = {
  readonly live: boolean;
  readonly width: number;
  readonly paint: Paint;
  /** A line that stays, above the block. */
  line(text?: string): void;
  /** Replaces the block; without a terminal does nothing. */
  draw(lines: readonly string[]): void;
  /** The block stays as it is; what comes next comes below it. */
  settle(): void;
  /** Shows that something is under way, then how long it took. Rethrows what `work` throws. */
  task<T>(title: string, work: (tell: (what: string) => void) => Promise<T>, done?: (value: T) => string): Promise<T>;
};

export function openTerminal(out: NodeJS.WriteStream): Terminal {
  const live = out.isTTY === true && process.env["TERM"] !== "dumb";
  const paint = live && process.env["NO_COLOR"] === undefined ? colours : noColours;
  let drawn = 0;

  const width = (): number => Math.max(40, Math.min(out.columns ?? 100, 140));
  /** Takes the block away; written together with what comes in its place, or it would flicker. */
  const erasure = (): string => {
    const sequence = drawn > 0 ? `\x1b[${drawn}A\x1b[0J` : "";
    drawn = 0;
    return sequence;
  };
  const line = (text = ""): void => {
    out.write(`${erasure()}${text}\n`);
  };
  const draw = (lines: readonly string[]): void => {
    if (!live) return;
    const shown = lines.slice(-Math.max(3, (out.rows ?? 40) - 1)); // what has scrolled away cannot be drawn again
    out.write(erasure() + shown.map((text) => `${truncate(text, width())}\n`).join(""));
    drawn = shown.length;
  };

  return {
    live,
    get width() {
      return width();
    },
    paint,
    line,
    draw,
    settle() {
      drawn = 0;
    },
    async task(title, work, done) {
      const startedAt = Date.now();
      const seconds = (): string => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`.padStart(7);
      const row = (mark: string, note: string): string => `  ${mark} ${title.padEnd(22)} ${seconds()}  ${note}`.trimEnd();
      let note = "";
      let frame = 0;
      const timer = setInterval(() => draw([row(paint("cyan", FRAMES[frame++ % FRAMES.length] ?? ""), paint("dim", note))]), 100);
      try {
        draw([row(paint("cyan", FRAMES[0] ?? ""), "")]);
        const value = await work((what) => {
          note = what;
          if (!live) line(`  … ${title}: ${what}`);
        });
        clearInterval(timer);
        line(row(paint("green", "✔"), done?.(value) ?? ""));
        return value;
      } catch (error) {
        clearInterval(timer);
        line(row(paint("red", "✘"), paint("dim", note)));
        throw error;
      }
    },
  };
}
