/**
 * When a local runtime is to be ended: on Cloudflare a call of code that never ends, or that takes more and more memory, is ended by the
 * platform's limits; the local runtime has none, so one such call silences everything. Pure: out of samples comes a verdict.
 */

/** What was seen of one process at one moment. */
export type Sample = {
  /** Milliseconds on a clock that never goes back. */
  readonly at: number;
  /** Since the sample before it, something asked of the platform was answered. */
  readonly answered: boolean;
  /** Processor time that the process has used in all, in milliseconds. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
};

/** Why a runtime is ended. */
export type Stuck = { readonly why: "silence"; readonly seconds: number } | { readonly why: "memory"; readonly bytes: number };

/** No answer for at least this long. */
export const SILENCE_MS = 10_000;
/** Processor time used in that silence: on a machine that is busy with something else it takes longer to use it up. */
const SILENCE_CPU_MS = 8_000;
/** The same before a runtime's first answer: it has to load the platform first. */
const START_CPU_MS = 30_000;
/** A silence without work for this long is none of a loop: a debugger holds the runtime, or it waits. */
const REST_MS = 2_000;
/** Three GiB: the whole platform stays far below it, and a machine of a developer has more. */
export const MEMORY_BYTES = 3 * 1024 ** 3;

/**
 * `samples`: of one process, oldest first, beginning at its last answer or at its first sample. `hasAnswered`: it answered at least once
 * in its life. null: let it be.
 */
export function stuck(samples: readonly Sample[], hasAnswered: boolean): Stuck | null {
  const newest = samples.at(-1);
  if (newest === undefined) return null;
  if (newest.memoryBytes > MEMORY_BYTES) return { why: "memory", bytes: newest.memoryBytes };
  const silence = samples.slice(
    Math.max(
      0,
      samples.findLastIndex(({ answered }) => answered),
    ),
  );
  const first = silence[0] ?? newest;
  const silentMs = newest.at - first.at;
  if (silentMs < SILENCE_MS || newest.cpuMs - first.cpuMs < (hasAnswered ? SILENCE_CPU_MS : START_CPU_MS)) return null;
  return longestRestMs(silence) < REST_MS ? { why: "silence", seconds: Math.round(silentMs / 1_000) } : null;
}

/** The longest time in which no processor time was used, in milliseconds. */
function longestRestMs(samples: readonly Sample[]): number {
  let longest = 0;
  let since = samples[0];
  for (const sample of samples) {
    if (since === undefined || sample.cpuMs > since.cpuMs) since = sample;
    longest = Math.max(longest, sample.at - since.at);
  }
  return longest;
}
