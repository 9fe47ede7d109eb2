/** The texts that a run's records name: durable before a record that names one leaves. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DIGESTS } from "../../../core/audit/content.ts";
import type { RecordsRow } from "../../../core/audit/record.ts";
import { isObject } from "../../../core/json.ts";
import { define, tool } from "../../support/run/definition.ts";
import { answered } from "../../support/run/drive.ts";
import {
  allows,
  answersFirst,
  chain,
  MINUTE,
  makeRun,
  never,
  SECOND,
  settled,
  standStill,
  TOOL,
  type World,
} from "../../support/run-in-node.ts";

const digestsIn = (rows: readonly RecordsRow[]): string[] =>
  rows.flatMap(({ records }) =>
    records.flatMap(({ data }) => DIGESTS.flatMap((name) => (isObject(data) && typeof data[name] === "string" ? [data[name]] : []))),
  );
const asked = define({ a: tool(TOOL, { input: { id: 7 } }) }, { output: { cel: "steps.a.output" } });
/** Keeps texts, and says which. */
function keeper() {
  const kept: { readonly name: string; readonly lines: readonly string[] }[] = [];
  const keepTexts: World["keepTexts"] = async (of, name, lines) => {
    expect(of).toMatchObject({ org: "acme", subject: "ada" });
    kept.push({ name, lines });
  };
  return { kept, keepTexts, lines: () => kept.flatMap(({ lines }) => lines) };
}

let goOn: () => void;
beforeEach(() => {
  goOn = standStill();
});
afterEach(() => goOn());

describe("the texts of a run", () => {
  it("[BIND-5] are there before its records leave, and after they could not be kept", async () => {
    const { kept, keepTexts, lines } = keeper();
    let tries = 0;
    const ports: Partial<World> = {
      callTool: async () => answered({ id: "r1" }),
      keepTexts: async () => {
        tries++;
        throw new Error("R2 is away");
      },
    };
    const made = makeRun(asked, {}, ports);
    await made.start();
    await made.wait(300);
    expect([tries, made.messages.length]).toEqual([1, 0]);
    expect(made.lines).toContainEqual(expect.objectContaining({ event: "run.texts_not_kept", run: made.id }));
    await made.pass(30 * SECOND);
    expect([tries, (made.object.alarmAt ?? 0) - Date.now() <= 15 * SECOND]).toEqual([3, true]); // it is not asked without end
    made.world.keepTexts = keepTexts;
    await made.pass(20 * SECOND);
    expect(made.records().map(({ event_type }) => event_type)).toContain("run.completed");
    expect(kept).toHaveLength(1);
    expect(new Set(digestsIn(made.rows())).size).toBe(3); // the tool's output is the run's, too
    expect(lines()).toHaveLength(3); // each text once
    // They are kept, and are not kept again.
    await made.pass(60 * MINUTE);
    expect(kept).toHaveLength(1);
  });

  it("[BIND-5] are none of a turn that names none", async () => {
    const { kept, keepTexts } = keeper();
    const made = makeRun(chain(1), {}, { callTool: never, authorize: allows(), keepTexts });
    await made.start(0);
    await made.wait(300);
    expect(kept).toHaveLength(1);
    await settled(made.run.pause("ada", "", false));
    await made.wait(300);
    expect(kept).toHaveLength(1);
  });

  it("[BIND-5] of a turn are kept before its records leave, however much left before", async () => {
    const { kept, keepTexts, lines } = keeper();
    const { callTool, answerAll } = answersFirst(1);
    const made = makeRun(chain(2, { input: { id: 7 } }), {}, { callTool, authorize: allows(), keepTexts });
    await made.start(0);
    await made.wait(300);
    const before = lines().length;
    expect([before > 0, made.messages.length]).toEqual([true, 1]);
    made.world.keepTexts = never;
    answerAll();
    await made.wait(300);
    expect([(await made.view())?.status, made.messages.length]).toEqual(["completed", 1]);
    expect(kept).toHaveLength(1);
  });

  it("[BIND-5] are kept by the next life when the object dies before, under one name for the rows that they are of", async () => {
    const { kept, keepTexts, lines } = keeper();
    const made = makeRun(asked, {}, { callTool: async () => answered({ id: "r1" }), keepTexts: never });
    await made.start();
    await made.wait(300);
    made.die();
    expect(made.messages).toEqual([]);
    made.world.keepTexts = keepTexts;
    await made.pass(MINUTE);
    expect(made.records().map(({ event_type }) => event_type)).toContain("run.completed");
    expect(kept).toHaveLength(1);
    expect(kept[0]?.name).toMatch(/^\d+-\d+$/);
    const [first, last] = (kept[0]?.name ?? "").split("-").map(Number);
    const rows = made.object.rows<{ last_seq: number }>("SELECT last_seq FROM journal WHERE texts IS NOT NULL ORDER BY last_seq");
    expect([first, last]).toEqual([rows[0]?.last_seq, rows.at(-1)?.last_seq]);
    expect(lines().length).toBeGreaterThan(0);
    // What is confirmed is not kept again by a further life.
    await made.confirmAll();
    made.die();
    await made.pass(60 * MINUTE);
    expect(kept).toHaveLength(1);
  });
});
