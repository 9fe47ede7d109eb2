/** What a priced write of unknown outcome costs once a read tool has told what became of it. */
import { describe, expect, it } from "vitest";
import type { LeaseRequest } from "../../../core/budget/lease.ts";
import type { LookupAnswer, ToolOutcome } from "../../../core/run/calls/call.ts";
import { fold } from "../../../core/run/fold/evolve.ts";
import type { RunEvent } from "../../../core/run/machine/event.ts";
import { define, tool } from "../../support/run/definition.ts";
import { answered, Drive, failed } from "../../support/run/drive.ts";
import { pricedWrite } from "../../support/run/priced-write.ts";

const PRICE = 5_000;
const TIMEOUT = failed("timeout", "unknown");
const BUSY = failed("upstream_unavailable", "transient");
const REFUSED = failed("tool_error", "permanent");

type Given = { readonly outcomes: readonly ToolOutcome[]; readonly found: LookupAnswer["found"]; readonly pointer?: string };

/** The outcomes of the sendings in order, and what the look-ups answer. `told`: the ledger's requests. */
function drive({ outcomes, found, pointer }: Given) {
  const told: LeaseRequest[] = [];
  let sendings = 0;
  const run: Drive = new Drive(define({ mail: tool("mail.send", { retry: { attempts: 3, initial_ms: 1, factor: 1, max_ms: 1 } }) }), {
    authority: pricedWrite({ micro_usd: PRICE, ...(pointer === undefined ? {} : { output_pointer: pointer }) }),
    lookUp: () => ({ found, output: { id: "m", usd: 0.002 }, durationMs: 1, findings: [] }),
    tool: () => outcomes[sendings++] ?? answered({ id: "m" }),
    ledger: (request) => {
      told.push(request);
      return { ok: true, lease: request.want, until: Number.MAX_SAFE_INTEGER, pressure: 0, alerts: [] };
    },
  });
  run.start().run();
  return { run, told };
}

/** Money everywhere that it is counted, in micro-dollars. */
function money({ run: { state }, told }: ReturnType<typeof drive>) {
  const last = told.at(-1);
  return {
    used: state.usage.microUsd,
    reserved: state.reserved.microUsd,
    lease: [state.lease.spent.microUsd, state.lease.held.microUsd],
    step: [state.steps["mail"]?.usage?.microUsd ?? 0, state.steps["mail"]?.held?.microUsd ?? 0],
    ledger: [last?.spent.microUsd, last?.held.microUsd],
  };
}
const sums = (spent: number, held: number) => ({
  used: spent,
  reserved: held,
  lease: [spent, held],
  step: [spent, held],
  ledger: [spent, held],
});

describe("a priced write of which a read tool tells what became of it", () => {
  it("[RUN-391] it never happened: only the sending after it is paid, and nothing stays held", () => {
    const done = drive({ outcomes: [TIMEOUT], found: "no" });
    expect([done.run.state.status, done.run.sent.length]).toEqual(["completed", 2]);
    expect(money(done)).toEqual(sums(PRICE, 0));
  });

  it("[RUN-391] no sending of it happened: what is held for each of them is let go", () =>
    expect(money(drive({ outcomes: [BUSY, TIMEOUT], found: "no" }))).toEqual(sums(PRICE, 0)));

  it.each([
    ["its price", undefined, PRICE],
    ["what the output says", "/usd", 2_000],
    ["its price where the output says nothing", "/cost", PRICE],
  ])("[RUN-392] it happened: it costs %s, and nothing stays held", (_, pointer, spent) => {
    const done = drive({ outcomes: [TIMEOUT], found: "yes", ...(pointer === undefined ? {} : { pointer }) });
    expect([done.run.state.status, done.run.sent.length]).toEqual(["completed", 1]);
    expect(money(done)).toEqual(sums(spent, 0));
  });

  it("[RUN-393] nobody can say: it stays held", () => {
    const { used, reserved, lease, step } = money(drive({ outcomes: [TIMEOUT], found: "unsure" }));
    expect({ used, reserved, lease, step }).toEqual({ used: 0, reserved: PRICE, lease: [0, PRICE], step: [0, PRICE] });
  });

  it("[RUN-393] it happened in its last sending: what is held for the one before it stays held", () =>
    expect(money(drive({ outcomes: [BUSY, TIMEOUT], found: "yes" }))).toEqual(sums(PRICE, PRICE)));

  it("[RUN-394] it never happened, and the sending after it is refused: nothing is paid or held", () =>
    expect(money(drive({ outcomes: [TIMEOUT, REFUSED], found: "no" }))).toEqual(sums(0, 0)));

  it("[RUN-394] a look-up of an older journal lets nothing go", () => {
    const { run } = drive({ outcomes: [TIMEOUT], found: "no" });
    const older = run.events.map((event): RunEvent => {
      if (event.type !== "tool.looked_up") return event;
      const { freed_micro_usd: freed, ...data } = event.data;
      expect(freed).toBe(PRICE);
      return { ...event, data };
    });
    const { reserved, lease } = fold(run.machinery, older);
    expect([reserved.microUsd, lease.spent.microUsd, lease.held.microUsd]).toEqual([PRICE, PRICE, PRICE]);
  });
});
