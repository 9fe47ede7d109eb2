/** The costs of a run on their way out: gathered while it goes on, in parcels, and again what nobody confirmed. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RecordsRow } from "../../../core/audit/record.ts";
import { define, review, tool, transform } from "../../support/run/definition.ts";
import { allows, answersFirst, away, chain, MINUTE, makeRun, SECOND, settled, standStill, T0, TOOL } from "../../support/run-in-node.ts";

const definition = define(
  { a: tool(TOOL), b: transform({ cel: "steps.a.output" }, { needs: ["a"] }) },
  { output: { cel: "steps.b.output" } },
);

const costsIn = (rows: readonly RecordsRow[]) => rows.filter((row) => row.costs !== undefined);
const kindsIn = (rows: readonly RecordsRow[]) => costsIn(rows).map((row) => row.costs?.flatMap((of) => of.calls.map(({ kind }) => kind)));

let goOn: () => void;
beforeEach(() => {
  goOn = standStill();
});
afterEach(() => goOn());

describe("the costs of a run", () => {
  it("[COSTS-14] leave within a minute in one row while it goes on, the rest when it ends, and again what nobody confirmed", async () => {
    const { callTool, answerAll } = answersFirst(2);
    const made = makeRun(chain(3), {}, { callTool, authorize: allows() });
    await made.start(0);
    await made.wait(300);
    expect(made.records().filter(({ event_type }) => event_type === "tool.answered")).toHaveLength(2);
    expect(costsIn(made.rows())).toEqual([]);
    await made.confirmAll();
    await made.pass(44 * SECOND + 500);
    expect(costsIn(made.rows())).toEqual([]);
    await made.wait(45 * SECOND + T0 - Date.now());
    await made.ring();
    expect(kindsIn(made.rows())).toEqual([["tool", "tool"]]);
    answerAll();
    await made.wait(300);
    expect(kindsIn(made.rows())).toEqual([
      ["tool", "tool"],
      ["tool", "storage"],
    ]);
    const [first] = costsIn(made.rows());
    await settled(made.run.confirm(made.rows().flatMap((row) => (row.id === first?.id ? [] : [row.id]))));
    // The first is not confirmed: a new life sends both again, since the mark cannot have passed it.
    expect(made.object.rows("SELECT costs FROM confirmed")).toEqual([{ costs: 0 }]);
    made.messages.length = 0;
    made.die();
    await made.wait(10 * MINUTE);
    await made.ring();
    expect(kindsIn(made.rows()).flat()).toEqual(["tool", "tool", "tool", "storage"]);
    expect(made.records()).toEqual([]);
    await made.confirmAll();
    made.messages.length = 0;
    made.die();
    await made.wait(60 * MINUTE);
    await made.ring();
    expect([made.rows(), made.object.alarmAt]).toEqual([[], null]);
  });

  it("[COSTS-14] that are under way are sent again when they are due, and not before", async () => {
    const made = makeRun(definition);
    await made.start();
    await made.wait(200);
    const [row] = costsIn(made.rows());
    await settled(made.run.confirm(made.rows().flatMap(({ id }) => (id === row?.id ? [] : [id]))));
    made.messages.length = 0;
    await made.wait(14 * SECOND);
    await made.ring();
    expect(made.rows()).toEqual([]);
    await made.pass(9 * SECOND);
    expect(made.rows()).toEqual([row]);
    await made.confirmAll();
    await made.pass(60 * MINUTE);
    expect(costsIn(made.rows())).toHaveLength(1);
  });

  it("[RUN-338] what confirms a part of its costs confirms no more of them in a new life, which hands all of them over together", async () => {
    const { callTool, answerAll } = answersFirst(1);
    const made = makeRun(chain(2), {}, { callTool, authorize: allows() });
    await made.start(0);
    await made.pass(50 * SECOND);
    answerAll();
    await made.wait(300);
    expect(kindsIn(made.rows())).toEqual([["tool"], ["tool", "storage"]]);
    const second = costsIn(made.rows())[1]?.id ?? "";
    made.messages.length = 0;
    made.die();
    await settled(made.run.confirm([second])); // the message with the first part was lost
    await made.wait(10 * MINUTE);
    await made.ring();
    expect(kindsIn(made.rows())).toEqual([["tool", "tool", "storage"]]);
  });

  it("[COSTS-14] leave at once where the run waits for a person", async () => {
    const made = makeRun(define({ a: tool(TOOL), ask: review({ needs: ["a"] }) }));
    await made.start(0);
    await made.wait(300);
    expect(await made.view()).toMatchObject({ status: "waiting" });
    expect(kindsIn(made.rows())).toEqual([["tool"]]);
  });

  it("[COSTS-14] of many calls leave in parcels that fit into a message, each with its own rows of the journal", async () => {
    const { callTool, answerAll } = answersFirst(300);
    const made = makeRun(chain(301), {}, { callTool, authorize: allows(), resends: { enter: () => 0, leave: () => undefined } });
    await made.start(0);
    await made.wait(300);
    await made.pass(46 * SECOND);
    const parcels = costsIn(made.rows());
    expect(parcels.length).toBeGreaterThan(1);
    for (const parcel of parcels) expect(JSON.stringify(parcel).length).toBeLessThan(27_000);
    expect(kindsIn(made.rows()).flat()).toHaveLength(300);
    const ends = parcels.map(({ id }) => id.replace("costs/", "").split("-").map(Number) as [number, number]);
    expect(ends.map(([after]) => after)).toEqual([0, ...ends.slice(0, -1).map(([, upTo]) => upTo)]);
    answerAll();
    await made.wait(300);
    expect((await made.view())?.status).toBe("completed");
  });

  it("[COSTS-14] wait with its records while texts cannot be kept, and its alarm does not ring without end", async () => {
    const { callTool } = answersFirst(1);
    const keepTexts = vi.fn(away);
    const made = makeRun(chain(2, { input: { id: 7 } }), {}, { callTool, authorize: allows(), keepTexts });
    await made.start(0);
    await made.pass(3 * MINUTE);
    expect(made.messages).toEqual([]);
    const tries = keepTexts.mock.calls.length;
    expect([tries > 10, tries < 30]).toEqual([true, true]); // a call in flight alone wakes it every ten seconds
    made.world.keepTexts = async () => undefined;
    await made.pass(15 * SECOND);
    expect(kindsIn(made.rows())).toEqual([["tool"]]);
  });
});
