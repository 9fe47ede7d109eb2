/** A guard that does what a test says, and remembers what it was asked. By default it admits everything as it is and opens nothing. */
import type { Json } from "../../../core/json.ts";
import type { Admitted, Guard, GuardContext } from "../../../workers/guardrail/ports.ts";

export type ScriptedGuard = Guard & {
  readonly admitted: { channel: string; origin: string; value: Json; context: GuardContext }[];
  readonly opened: { value: Json; types: readonly string[] }[];
  /** Placeholders that `open` knows; the type is in the name. */
  values: { [placeholder: string]: string };
  onAdmit: (value: Json) => Admitted | Promise<Admitted>;
};

export function scriptedGuard(): ScriptedGuard {
  const guard: ScriptedGuard = {
    admitted: [],
    opened: [],
    values: {},
    onAdmit: (value) => ({ value, verdict: "pass", findings: [] }),
    admit: async (context, channel, origin, value) => {
      guard.admitted.push({ channel, origin, value, context });
      return guard.onAdmit(value);
    },
    scrub: (text) => ({ text, verdict: "pass", findings: [] }),
    open: async (_context, value, types) => {
      guard.opened.push({ value, types });
      const opened = new Set<(typeof types)[number]>();
      const text = JSON.stringify(value).replaceAll(/\{\{([A-Z_]+)_\d+\}\}/g, (placeholder, type) => {
        const known = types.find((wanted) => wanted === type);
        const real = guard.values[placeholder];
        if (known === undefined || real === undefined) return placeholder;
        opened.add(known);
        return real;
      });
      return { value: JSON.parse(text) as Json, opened: [...opened] };
    },
    reveal: async (_context, value) => value,
  };
  return guard;
}

/** What the guard says when it withheld the text at `pointer`. */
export const withheldAt = (pointer: string, value: Json): Admitted => ({
  value,
  verdict: "block",
  findings: [{ type: "injection", detector: "test", count: 1, score: 1, pointer }],
});
