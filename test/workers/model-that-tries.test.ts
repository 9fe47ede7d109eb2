/** A model that tries to get at what its run's input hid: by forging placeholders, and by writing values where they do not belong. */
import { describe, expect, it } from "vitest";
import { PERSONAL_DATA_TYPES } from "../../core/guardrail/finding.ts";
import type { Json } from "../../core/json.ts";
import { memoryGuard } from "../support/memory-guard.ts";

const context = { org: "acme", run: "run_1", subject: "u_1" };
const OWN = "4111111111111111";
const OTHER = "5500005555555559";

async function afterInput() {
  const { guard } = memoryGuard();
  await guard.admit(context, "user", "input", { card: OWN, mail: "ada@acme.org" });
  const says = async (value: Json) => guard.admit(context, "model_output", "model", value);
  return { guard, says };
}

describe("[GUARD-25] a model that tries", () => {
  it("cannot have a tool get a number of its own: nothing opens what the input did not put in", async () => {
    const { guard, says } = await afterInput();
    for (const input of [{ card: OTHER }, { card: Number(OTHER) }, { note: `pay ${OTHER}` }, { [OTHER]: 1 }]) {
      const said = await says(input);
      expect(JSON.stringify(said.value)).not.toContain(OTHER);
      expect(await guard.open(context, said.value, PERSONAL_DATA_TYPES)).toEqual({ value: said.value, opened: [] });
    }
  });
  it("cannot put a card where a mail address is opened, or a mail address where nothing is", async () => {
    const { guard, says } = await afterInput();
    const said = await says({ to: "{{CREDIT_CARD_1}}", body: "{{EMAIL_1}}" });
    expect((await guard.open(context, { to: "{{CREDIT_CARD_1}}" }, ["EMAIL"])).opened).toEqual([]);
    expect(await guard.open(context, said.value, [])).toEqual({ value: said.value, opened: [] });
  });
  it.each([
    "{{EMAIL_7}}",
    "{{EMAIL_01}}",
    "{{ EMAIL_1 }}",
    "{{email_1}}",
    "{{EMAIL_1}",
    "{{{EMAIL_1}}",
    "\u200b{{EMA\u200bIL_1}}",
    "{{EMAIL_{{EMAIL_9}}1}}",
    "&#123;{EMAIL_1}}",
  ])("cannot forge %j", async (forged) => {
    const { guard, says } = await afterInput();
    const said = await says({ to: forged });
    const opened = await guard.open(context, said.value, PERSONAL_DATA_TYPES);
    if (forged === "{{{EMAIL_1}}") return expect(opened.value).toEqual({ to: "{ada@acme.org" });
    expect(opened).toEqual({ value: said.value, opened: [] });
  });
  it("cannot put a placeholder together from two fields, and one of another run means nothing", async () => {
    const { guard, says } = await afterInput();
    const said = await says({ a: "{{EMA", b: "IL_1}}", list: ["{{EMAIL", "_1}}"] });
    expect((await guard.open(context, said.value, PERSONAL_DATA_TYPES)).opened).toEqual([]);
    const elsewhere = memoryGuard();
    const foreign = await elsewhere.guard.admit({ ...context, run: "run_2" }, "model_output", "model", { to: "{{EMAIL_1}}" });
    expect(foreign).toMatchObject({ value: { to: "{{EMAIL_1}}" }, verdict: "flag", findings: [{ detector: "foreign_placeholder" }] });
    expect((await elsewhere.guard.open({ ...context, run: "run_2" }, foreign.value, PERSONAL_DATA_TYPES)).opened).toEqual([]);
  });
});
