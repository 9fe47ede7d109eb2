/** What the inventory notes out of the records on their way to the log. */
import { expect, it } from "vitest";
import { auditRecord, type RecordsMessage } from "../../../core/audit/record.ts";
import { sightingsIn } from "../../../workers/audit/sightings.ts";

const called = (type: string, data: { readonly [field: string]: string | number }) =>
  auditRecord({ id: "evt_1", at: 5, type, actor: { type: "agent", id: "run_1" }, action: "call", resource: "run/run_1", data });
const message = (workflow: string, model: string): RecordsMessage =>
  ({
    org: "acme",
    rows: [
      {
        id: "1",
        records: [called("model.called", { model, workflow: `${workflow}@1` }), called("tool.called", { tool: "crm.read", version: 2 })],
        run: { workflow, version: 1, created_at: 4, ended_at: null },
      },
    ],
  }) as unknown as RecordsMessage;
const namesIn = (...messages: RecordsMessage[]) => sightingsIn(messages).map(({ kind, name, version }) => `${kind} ${name} ${version}`);

it("[COMPLY-1] a drill's workflow and its model are nothing of the org's that ran", () => {
  expect(namesIn(message("refund", "openai/gpt"))).toEqual(["workflow refund 1", "model openai/gpt ", "tool crm.read 2"]);
  expect(namesIn(message("(drill)", "bulkhead/drill-1.0.0"))).toEqual(["tool crm.read 2"]);
});
