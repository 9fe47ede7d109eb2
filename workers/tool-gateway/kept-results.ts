/**
 * Answers of reading tools that are given again: to anybody in the org for `cache_ms`, and to the same call under its own key for
 * `max_age_ms`. An answer of class `restricted` is not kept. What is found is judged again by the gateway before anybody gets it. Trouble here is never trouble of the call.
 */
import { textOf } from "../../core/cache/identity.ts";
import { findPlaceholders } from "../../core/guardrail/placeholder.ts";
import type { Json } from "../../core/json.ts";
import type { ToolCall } from "../../core/run/calls/call.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import { isShareable, isUsable, type KeptResult, keepingOf, LONGEST_RESULT, readKeptResult } from "../../core/tool/kept-result.ts";
import type { ToolManifest } from "../../core/tool/manifest.ts";
import type { Admitted } from "../guardrail/ports.ts";
import type { KeptResults, ToolGatewayPorts } from "./ports.ts";

/** A kept answer of a tool. */
export type Kept = {
  /** undefined: nothing that may be given. */
  readonly output: Json | undefined;
  /** It did not stand today's judgement. */
  readonly drop: () => Promise<void>;
  /** `raw`: as the tool sent it. `madeAt`: when the tool made it. */
  readonly keep: (raw: Json, admitted: Admitted, madeAt: number) => Promise<void>;
};

type Place = { readonly name: string; readonly forMs: number; readonly isShared: boolean };
type Places = {
  readonly list: readonly Place[];
  /** Placeholders of the question that stand for something. */
  readonly placeholders: ReadonlySet<string>;
};
type Keeping = ReturnType<typeof keepingOf>;

const NOTHING: Kept = { output: undefined, drop: async () => undefined, keep: async () => undefined };

/** `opened`: the input with the values that the tool is to see. */
export async function findKept(ports: ToolGatewayPorts, call: ToolCall, manifest: ToolManifest, opened: Json): Promise<Kept> {
  const { kept } = ports;
  const keeping = keepingOf(manifest);
  if (kept === undefined || call.isRestricted === true || (keeping.shared === 0 && keeping.own === 0)) return NOTHING;
  try {
    const places = await placesOf(kept, call, keeping, opened);
    const keep = keeperOf(kept, ports.now, call, places);
    for (const { name, forMs } of places.list) {
      const found = readKeptResult(await kept.get(name));
      if (found === null || !isUsable(found, forMs, manifest.max_age_ms ?? null, ports.now())) continue;
      return { output: found.output, drop: () => kept.drop(name), keep };
    }
    return { ...NOTHING, keep };
  } catch (error) {
    const { org, run } = call.context;
    ports.log(logLine("tool_results.not_looked_up", { org, run, tool: call.tool, error: errorName(error) }));
    return NOTHING;
  }
}

/** In the widest place where it may lie. What the guard changed or remarked upon stays with the call that got it. */
function keeperOf(kept: KeptResults, now: () => number, { context }: ToolCall, { list, placeholders }: Places): Kept["keep"] {
  return async (raw, { value, verdict, findings }, madeAt) => {
    if (verdict !== "pass" && verdict !== "redact") return;
    const isUntouched = verdict === "pass" && findings.length === 0 && textOf(raw) === textOf(value);
    const place = list.find(({ isShared }) => !isShared || (isUntouched && isShareable(value, placeholders)));
    if (place === undefined || JSON.stringify(value).length > LONGEST_RESULT) return;
    const entry: KeptResult = { v: 1, output: value, kept_at: now(), made_at: madeAt };
    const subject = await kept.subjectTag(context.org, context.subject);
    await kept.put(place.name, entry as unknown as Json, place.forMs, { subjects: [subject] });
  };
}

/**
 * Where an answer lies. The input takes part with the values in it, by a keyed hash: {{EMAIL_1}} of two people is not the same
 * input, and a name tells nobody what was asked.
 */
async function placesOf(kept: KeptResults, { context, tool, version }: ToolCall, keeping: Keeping, opened: Json): Promise<Places> {
  const names = [...new Set(findPlaceholders(JSON.stringify(opened)).map(({ text }) => text))];
  const values = names.length === 0 ? [] : await kept.values(context, names);
  const map = names.map((name, index): Json => [name, values[index] ?? null]);
  const place = async (kind: "shared" | "own", forMs: number, call: Json): Promise<Place[]> => {
    if (forMs === 0) return [];
    const text = textOf({ kind, org: context.org, tool, version, opened, map, call });
    if (text === null) throw new TypeError("an input that is no Unicode is not kept");
    return [{ name: `tool/v1/${context.org}/${await kept.mac(text)}`, forMs, isShared: kind === "shared" }];
  };
  const shared = await place("shared", keeping.shared, null);
  const own = await place("own", keeping.own, [context.run, context.key]);
  return { list: [...shared, ...own], placeholders: new Set(names.filter((_, index) => (values[index] ?? null) !== null)) };
}
