/** An explanation in a few sentences. */
import { type MicroUsd, toUsd } from "../money.ts";
import type { Cause } from "./causes.ts";
import type { Typical } from "./typical.ts";

type Given = {
  readonly workflow: string;
  readonly status: string;
  readonly totalMs: number;
  readonly microUsd: MicroUsd;
  readonly causes: readonly Cause[];
  readonly typical: Typical | null;
};

/** Causes that a summary names. */
const NAMED = 3;

/** Totals, how they compare, and the heaviest causes. */
export function summarise({ workflow, status, totalMs, microUsd, causes, typical }: Given): string {
  const first = `This run of \`${workflow}\` (${status}) cost ${dollars(microUsd)} and took ${duration(totalMs)}.`;
  const second =
    typical === null
      ? ""
      : ` The median of the last ${typical.runs} completed runs is ${dollars(typical.microUsd)} and ${duration(typical.ms)}.`;
  const told = causes.slice(0, NAMED).map(({ what, step, ms, microUsd: usd }) => {
    const amounts = [...(ms > 0 ? [duration(ms)] : []), ...(usd > 0 ? [dollars(usd)] : [])].join(" and ");
    return `${what}${step === null || what.includes(`\`${step}\``) ? "" : ` in \`${step}\``} (${amounts})`;
  });
  return told.length === 0 ? first + second : `${first}${second} What weighed most: ${told.join("; ")}.`;
}

/** As people write it: 12 ms, 3.4 s, 2 min 5 s. */
function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return seconds < 3_600
    ? `${Math.floor(seconds / 60)} min ${seconds % 60} s`
    : `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

const dollars = (microUsd: MicroUsd): string => `$${toUsd(microUsd).toFixed(microUsd < 10_000 ? 6 : 4)}`;
