/**
 * The shortest schedule that still fails in the same way: delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating
 * Failure-Inducing Input", 2002) over the strikes of a seed, down to where no single strike can be left out.
 */
import type { Outcome } from "./seed.ts";
import type { Strike } from "./trouble.ts";

export type Run = (schedule: ReadonlySet<string>) => Promise<Outcome>;

export type Shrunk = { readonly strikes: readonly Strike[]; readonly outcome: Outcome; readonly tries: number };

/** `kind`: the violation that must still be there. null when the strikes alone do not bring it back. */
export async function shrink(strikes: readonly Strike[], kind: string, run: Run, most = 400): Promise<Shrunk | null> {
  let tries = 0;
  const fails = async (keys: readonly string[]): Promise<Outcome | null> => {
    tries++;
    const outcome = await run(new Set(keys));
    return outcome.violations.some((violation) => violation.kind === kind) ? outcome : null;
  };
  let keys: readonly string[] = [...new Set(strikes.map(({ key }) => key))];
  let outcome = await fails(keys);
  if (outcome === null) return null;
  const nothing = await fails([]);
  if (nothing !== null) return { strikes: [], outcome: nothing, tries };
  for (let parts = 2; keys.length > 1 && tries < most; ) {
    const size = Math.ceil(keys.length / parts);
    let smaller: readonly string[] | null = null;
    for (let start = 0; start < keys.length && smaller === null && tries < most; start += size) {
      const rest = [...keys.slice(0, start), ...keys.slice(start + size)];
      const still = await fails(rest);
      if (still !== null) {
        smaller = rest;
        outcome = still;
      }
    }
    if (smaller !== null) {
      keys = smaller;
      parts = Math.max(parts - 1, 2);
    } else if (parts >= keys.length) break;
    else parts = Math.min(parts * 2, keys.length);
  }
  const kept = new Set(keys);
  return { strikes: outcome.strikes.filter(({ key }) => kept.has(key)), outcome, tries };
}
