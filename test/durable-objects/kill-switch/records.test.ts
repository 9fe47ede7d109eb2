/** How a throw, and what undoes it, read in the audit log; and that each org's records leave apart. */
import { describe, expect, it } from "vitest";
import type { AuditRecord, RecordsMessage } from "../../../core/audit/record.ts";
import type { StopScope } from "../../../core/kill-switch/stops.ts";
import type { Switch } from "../../../core/kill-switch/switch.ts";
import { putFact, type SwitchFact, sendByOrg } from "../../../durable-objects/kill-switch/records.ts";

const AT = Date.UTC(2026, 10, 30);
const recordOf = (fact: Partial<SwitchFact>, scope: StopScope = { kind: "all" }) => {
  const put: { id: string; records: readonly AuditRecord[] }[] = [];
  const outbox = { put: (row: (typeof put)[number]) => put.push(row) };
  const state = {
    v: 1,
    id: "kill_1",
    scope,
    reason: "",
    thrown: { by: "ada", at: AT, epoch: 1 },
    drainedAt: null,
    recovered: null,
  } as Switch;
  const whole = { type: "kill_switch.thrown", org: "acme", actor: { type: "user", id: "ada" }, decision: "deny", data: {}, ...fact };
  putFact(outbox as never, "evt_1", state, whole as SwitchFact, AT);
  return { id: put[0]?.id, record: put[0]?.records[0] };
};

describe("[KILL-103] the entry of a switch", () => {
  it("names the switch as the layer where work is refused, and no layer where it is let go on", () => {
    const { record } = recordOf({});
    expect(record).toMatchObject({ resource: "kill-switch/kill_1", decision: "deny", data: { layer: "switch" } });
    const others = [
      recordOf({ type: "kill_switch.recovered", decision: "allow" }),
      recordOf({ type: "kill_switch.recovery_requested", decision: "ask" }),
    ];
    for (const other of others) expect((other.record?.data as { layer?: unknown }).layer ?? null).toBeNull();
  });

  it("names the org that the scope belongs to, where it is not everybody's", () => {
    expect(recordOf({}).record?.data).toMatchObject({ scope: "all", scope_org: null });
    expect(recordOf({}, { kind: "org", org: "acme", name: "acme" }).record?.data).toMatchObject({ scope_org: "acme" });
  });

  it("leaves in a message of its org's own", async () => {
    const row = (id: string) => ({ id, records: [] });
    const message = { org: "", rows: [row("acme/1"), row("other/2"), row("acme/3")] } as unknown as RecordsMessage;
    const sent: (readonly [string, readonly string[]])[] = [];
    await sendByOrg(message, async ({ org, rows }) => void sent.push([org, rows.map(({ id }) => id)]));
    expect(sent).toEqual([
      ["acme", ["acme/1", "acme/3"]],
      ["other", ["other/2"]],
    ]);
    expect(recordOf({}).id).toBe("acme/evt_1");
  });
});
