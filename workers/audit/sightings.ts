/** What ran, as the records on their way to the log name it: for the inventory. */
import type { RecordsMessage } from "../../core/audit/record.ts";
import { isObject } from "../../core/json.ts";
import { isOfDrill } from "../../core/kill-switch/of-drill.ts";
import type { EpochMs } from "../../core/time.ts";

/** A model, tool or version of a workflow that ran. */
export type SeenThing = {
  readonly org: string;
  readonly kind: "model" | "tool" | "workflow";
  readonly name: string;
  readonly version: string;
  readonly at: EpochMs;
};

/** Each once, with the last time. A drill's runs are no work: neither its workflow nor its model is anything of the org's that ran. */
export function sightingsIn(messages: readonly RecordsMessage[]): readonly SeenThing[] {
  const seen = new Map<string, SeenThing>();
  const see = (thing: SeenThing): void => {
    const key = JSON.stringify([thing.org, thing.kind, thing.name, thing.version]);
    const known = seen.get(key);
    if (known === undefined || known.at < thing.at) seen.set(key, thing);
  };
  for (const { org, rows } of messages) {
    for (const { records, run } of rows) {
      if (run !== undefined && !isOfDrill(run.workflow))
        see({ org, kind: "workflow", name: run.workflow, version: String(run.version), at: run.ended_at ?? run.created_at });
      for (const { event_type, data, timestamp } of records) {
        if (!isObject(data)) continue;
        const at = Date.parse(timestamp);
        if (event_type === "model.called" && typeof data["model"] === "string" && !isOfDrill(data["model"]))
          see({ org, kind: "model", name: data["model"], version: "", at });
        if (event_type === "tool.called" && typeof data["tool"] === "string")
          see({ org, kind: "tool", name: data["tool"], version: String(data["version"] ?? ""), at });
      }
    }
  }
  return [...seen.values()];
}
