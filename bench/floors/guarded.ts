/** The guardrails over the texts of the benchmark, inside workerd. */
import { inspect } from "../../core/guardrail/pipeline.ts";
import { CASES } from "../../scripts/guardrails/costs.ts";

/** Judges the text with this place in `CASES` so many times; false: there is none. */
export function guard(place: number, times: number): boolean {
  const found = CASES[place];
  if (found === undefined) return false;
  for (let time = 0; time < times; time++) inspect(found.text, found.channel);
  return true;
}
