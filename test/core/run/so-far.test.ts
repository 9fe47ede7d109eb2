/** What a run tells the policies before each call: what it did and saw so far, and what the call's arguments derive from. */
import { describe, expect, it } from "vitest";
import { circumstancesOf, NOTHING_YET, type SoFar } from "../../../core/access/circumstances.ts";
import type { DataClass } from "../../../core/label/label.ts";
import { fold } from "../../../core/run/fold/evolve.ts";
import type { Birth } from "../../../core/run/machine/birth.ts";
import type { RunEvent } from "../../../core/run/machine/event.ts";
import type { Past, RunState } from "../../../core/run/machine/state.ts";
import { soFar } from "../../../core/run/outside/so-far.ts";
import { toldEnd } from "../../../core/run/outside/told-end.ts";

import type { Definition, Step } from "../../../core/workflow/definition.ts";
import { define, model, tool, transform } from "../../support/run/definition.ts";
import { answered, Drive, failed, type Script, said } from "../../support/run/drive.ts";

const CLASSES: { readonly [tool: string]: DataClass } = { "orders.get": "confidential", "secrets.get": "restricted", "crm.put": "public" };
const READS = ["orders.get", "secrets.get"];
const common = { needs: [] as string[], when: null, on_error: null };

/** What the run said to authority before each call, by activity; and the run. */
function driven(definition: Definition, script: Partial<Script> = {}, birth: Partial<Birth> = {}) {
  const told = new Map<string, SoFar>();
  const base = new Drive(definition).script.authority;
  const authority: Script["authority"] = (question) => {
    const name = question.kind === "tool" ? question.tool : question.kind;
    if (!told.has(name)) told.set(name, question.soFar);
    const answer = base(question);
    if (answer.kind !== "tool" || question.kind !== "tool") return answer;
    const effect = READS.includes(question.tool) ? "read" : "write";
    return { ...answer, facts: { ...answer.facts, effect, sensitivity: CLASSES[question.tool] ?? "public" } };
  };
  const run = new Drive(definition, { ...script, authority }, { input: { s: "x" }, ...birth }).start().run();
  return { run, told: (name: string) => told.get(name) };
}

describe("[POLICY-9] before each call a run tells", () => {
  it("which tools it called, how often it wrote, what it saw, and what it spent", () => {
    const steps = {
      get: tool("orders.get", { input: {} }),
      put: tool("crm.put", { needs: ["get"], input: { a: { cel: "input.s" } } }),
      said: model({ needs: ["put"] }),
      mail: tool("mail.send", { needs: ["said"], input: { to: { cel: "steps.get.output.id" } } }),
    };
    const { told } = driven(define(steps, { tools: ["orders.get", "crm.put", "mail.send"] }));
    expect(told("orders.get")).toEqual({
      args: { trust: "trusted", class: "public" },
      seen: { trust: "trusted", class: "internal" },
      toolsCalled: [],
      writes: 0,
      spent: 0,
      agent: "",
      own: true,
    });
    expect(told("crm.put")).toMatchObject({
      args: { trust: "trusted", class: "internal" },
      seen: { trust: "untrusted", class: "confidential" },
      toolsCalled: ["orders.get"],
      writes: 0,
    });
    expect(told("mail.send")).toMatchObject({
      args: { trust: "untrusted", class: "confidential" },
      toolsCalled: ["crm.put", "orders.get"],
      writes: 1,
      spent: 30,
    });
  });

  it("what a step read that failed afterwards, and a call that was sent again counts once", () => {
    let tries = 0;
    const steps = {
      get: tool("secrets.get", { input: {}, on_error: { value: null } }),
      put: tool("crm.put", { needs: ["get"], input: {}, retry: { attempts: 3, initial_ms: 1, max_ms: 1, factor: 1 } }),
      mail: tool("mail.send", { needs: ["put"], input: { to: "x" } }),
    };
    const { told } = driven(define(steps, { tools: ["secrets.get", "crm.put", "mail.send"] }), {
      tool: (name) => (name === "crm.put" && tries++ < 2 ? failed("tool_error", "transient") : answered({ id: 1 })),
    });
    expect(tries).toBe(3);
    expect(told("mail.send")).toMatchObject({ seen: { class: "restricted" }, writes: 1, toolsCalled: ["crm.put", "secrets.get"] });
  });

  it("what an agent read, also after the agent has failed; its arguments derive from all that its model saw", () => {
    let turns = 0;
    const calls = ["secrets.get", "crm.put"];
    const desk: Step = {
      ...common,
      kind: "agent",
      model: { id: "acme/small-2026-01-01", task: null, max_tokens: 10, temperature: 0, fallback: [] },
      prompt: { template: "Find {{what}}", slots: { what: { cel: "input.s" } } },
      tools: calls,
      max_iterations: 2,
      output: null,
      on_error: { value: null },
      retry: { attempts: 1, initial_ms: 1, max_ms: 1, factor: 1 },
      timeout_ms: 1_000,
    };
    const steps = { desk, mail: tool("mail.send", { needs: ["desk"], input: { to: "x" } }) };
    const { told, run } = driven(define(steps, { tools: [...calls, "mail.send"] }), {
      model: () => {
        const name = calls[turns++] ?? "";
        return { ...said(""), result: { ok: true, asks: { text: null, calls: [{ id: `c${turns}`, name, input: {} }] } } };
      },
    });
    expect(run.state.steps["desk"]?.error?.code).toBe("limit_reached");
    expect(told("secrets.get")).toMatchObject({ args: { trust: "trusted", class: "internal" }, agent: "desk" });
    expect(told("crm.put")).toMatchObject({ args: { trust: "untrusted", class: "restricted" }, agent: "desk" });
    expect(told("mail.send")).toMatchObject({
      args: { trust: "trusted", class: "public" },
      seen: { trust: "untrusted", class: "restricted" },
      writes: 1,
      toolsCalled: ["crm.put", "secrets.get"],
      agent: "",
    });
  });

  it("what its child runs did; a child tells what its parent did before", () => {
    const past: Past = { tools: ["secrets.get"], writes: 2, seen: { trust: "untrusted", class: "restricted" } };
    const inner = define({ mail: tool("mail.send", { input: { to: "x" } }) }, { tools: ["mail.send"] });
    const child = driven(inner, {}, { parent: { run: "run_p", activity: "c", depth: 1, tools: ["mail.send"], past } });
    expect(child.told("mail.send")).toMatchObject({ seen: past.seen, writes: 2, toolsCalled: ["secrets.get"] });
    const end = toldEnd(child.run.machinery, child.run.state);
    expect(end.past).toEqual({ tools: ["mail.send"], writes: 1, seen: { trust: "untrusted", class: "public" } });

    const outer = {
      c: { ...common, kind: "run", workflow: "small", version: null, input: {} } as Step,
      pay: tool("pay", { needs: ["c"] }),
    };
    const parent = driven(define(outer), { child: () => ({ ok: true, output: null, past }) });
    expect(parent.told("run")).toMatchObject({ toolsCalled: [], writes: 0 });
    expect(parent.told("pay")).toMatchObject({ seen: past.seen, writes: 2, toolsCalled: ["secrets.get"] });
  });

  it("what the run did that it continues", () => {
    const steps = { get: tool("secrets.get", { input: {} }), bad: tool("pay", { needs: ["get"], input: { a: 1 } }) };
    const definition = define(steps, { on_failure: "park", tools: ["secrets.get", "pay"] });
    const { run } = driven(definition, {
      tool: (name) => (name === "pay" ? failed("tool_error", "permanent") : answered({ id: 1 })),
    });
    run.offer({ kind: "dead_letter.redriven", by: "op", run: "run_2" });
    const start = run.wanted().flatMap((effect) => (effect.kind === "run.continue" ? [effect.start] : []))[0];
    const again = driven(definition, {}, { redrive: start?.redrive ?? null });
    expect(again.told("secrets.get")).toBeUndefined();
    expect(again.told("pay")).toMatchObject({ seen: { class: "restricted" }, toolsCalled: ["pay", "secrets.get"], writes: 1 });
  });

  it("of a journal from before this was noted what its calls say", () => {
    const steps = { get: tool("orders.get", { input: {} }), t: transform({ cel: "steps.get.output" }), pay: tool("pay", { needs: ["t"] }) };
    const { run } = driven(define(steps));
    const isLabel = (key: string) => ["labels", "label", "sensitivity", "asked"].includes(key);
    const old = JSON.parse(JSON.stringify(run.events, (key, value) => (isLabel(key) ? undefined : value))) as RunEvent[];
    const upTo = old.findIndex(({ type, step }) => type === "policy.decided" && step === "pay");
    const state: RunState = fold(run.machinery, old.slice(0, upTo));
    const activity = state.activities["pay"];
    if (activity === undefined) throw new Error("no call of `pay`");
    expect(soFar(run.machinery, state, activity)).toMatchObject({
      seen: { trust: "untrusted", class: "internal" },
      toolsCalled: ["orders.get"],
      writes: 0,
    });
  });
});

describe("the circumstances", () => {
  it.each([
    ["2026-01-04T23:59:59.999Z", 23, 7],
    ["2026-01-05T00:00:00.000Z", 0, 1],
    ["2026-01-10T12:00:00.000Z", 12, 6],
  ])("%s is hour %i of day %i, in UTC", (at, hour, weekday) => {
    const moment = { at: Date.parse(at), epoch: 3, workflow: "w", destination: "api.example" };
    expect(circumstancesOf(NOTHING_YET, moment, "definition")).toMatchObject({ hour, weekday, epoch: 3, destination: "api.example" });
  });
});

describe("[RUN-390] a model's call says that personal data was taken out of what it is asked", () => {
  it.each([
    ["a placeholder", "write to {{EMAIL_1}}", true],
    ["what replaced it for good", "write to [EMAIL_1]", true],
    ["words in brackets", "write to [the customer]", false],
  ])("%s", (_, s, holds) => {
    const asked: boolean[] = [];
    const base = new Drive(define({})).script.authority;
    const authority: Script["authority"] = (question) => {
      if (question.kind === "model") asked.push(question.holdsPersonalData);
      return base(question);
    };
    new Drive(
      define({ say: model({ prompt: { template: "Say {{what}}", slots: { what: { cel: "input.s" } } } }) }),
      { authority },
      { input: { s } },
    )
      .start()
      .run();
    expect(asked).toEqual([holds]);
  });
});
