/** The platform's long waits, shortened for one test: its own deadlines stay what they are, only their time passes quickly. */
import { onTestFinished, vi } from "vitest";

/** Deadlines of the platform: 30 s of silence, 120 s for an answer. The clients' own (ten minutes) stand. */
const isDeadline = (ms: number | undefined): ms is number => ms !== undefined && ms >= 25_000 && ms <= 130_000;

export function hurry(shortMs = 300): void {
  const [timeout, interval] = [globalThis.setTimeout, globalThis.setInterval];
  const shortened = (ms: number | undefined): number | undefined => (isDeadline(ms) ? shortMs : ms);
  vi.stubGlobal("setTimeout", (work: () => void, ms?: number) => timeout(work, shortened(ms)));
  vi.stubGlobal("setInterval", (work: () => void, ms?: number) => interval(work, shortened(ms)));
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
}
