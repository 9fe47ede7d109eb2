/** A run whose answers have to rest on what it found: citations, an agent's own searches, a second opinion, and what a definition may ask for. */
import { describe, expect, it } from "vitest";
import type { OutputSettings } from "../../../core/guardrail/rules/settings.ts";
import type { Json } from "../../../core/json.ts";
import type { ModelCall, ModelOutcome } from "../../../core/run/calls/call.ts";
import { toRunView } from "../../../core/run/outside/present.ts";
import { checkDefinition } from "../../../core/workflow/check.ts";
import type { Definition } from "../../../core/workflow/definition.ts";
import { runRulesOf } from "../../../core/workflow/guardrails.ts";
import { warningsOf } from "../../../core/workflow/warnings/warnings.ts";
import { define, model, tool } from "../../support/run/definition.ts";
import { answered, Drive, said } from "../../support/run/drive.ts";

const TEXT = "Unused articles may be returned within 30 days. Vouchers are not refunded.";
const RESULT = {
  document: "returns",
  revision: 2,
  chunk: "returns@2#0",
  start: 5,
  end: 80,
  title: "Returns",
  source: null,
  text: TEXT,
  score: 1,
};
const SEARCH = { results: [RESULT], mode: "keyword", degraded: false };
const CITATION = { document: "returns", revision: 2, chunk: "returns@2#0", start: 5, end: 80, title: "Returns", source: null };
const GOOD = "Vouchers are not refunded [returns@2#0].";
const grounded = (action: "flag" | "redact" | "truncate" | "retry" | "review" | "block", steps = ["search"]): OutputSettings => ({
  grounded_in: { steps, min: 0.7, action },
});
const { cache: _cache, async: _async, kind: _kind, ...asked } = model();
const agent = (tools: readonly string[], output?: OutputSettings) =>
  ({ ...asked, kind: "agent", tools, max_iterations: 5, ...(output === undefined ? {} : { guardrails: { output } }) }) as const;
const searching = { search: tool("knowledge.search"), reply: model({ needs: ["search"] }) };

function runOf(
  steps: Definition["steps"],
  output: OutputSettings,
  answers: readonly (ModelOutcome | string)[],
  template: Json = { cel: "steps.reply.output" },
) {
  const calls: ModelCall[] = [];
  const definition = define(steps, {
    output: template,
    tools: ["knowledge.search", "orders.get"],
    knowledge: ["policies"],
    guardrails: { output },
  });
  const guardrails = runRulesOf(null, definition);
  const run = new Drive(
    definition,
    {
      tool: () => answered(SEARCH),
      model: (call) => {
        calls.push(call as ModelCall);
        const answer = answers[Math.min(calls.length, answers.length) - 1] ?? "";
        return typeof answer === "string" ? said(answer) : answer;
      },
    },
    guardrails === null ? {} : { guardrails },
  );
  return { run: run.start().run((state) => Object.values(state.activities).some(({ review }) => review?.id != null)), calls };
}

describe("a run whose answer has to rest on a search", () => {
  it("[GROUND-6] shows where the chunks stand that its answer cites, in its step and to expressions", () => {
    const { run } = runOf(searching, grounded("block"), [GOOD], {
      text: { cel: "steps.reply.output" },
      from: { cel: "steps.reply.citations" },
    });
    expect(run.state).toMatchObject({ status: "completed", output: { text: GOOD, from: [CITATION] } });
    expect(toRunView(run.machinery, run.state).steps.find(({ id }) => id === "reply")?.citations).toEqual([CITATION]);
    expect(run.crash().state).toEqual(run.state);
  });

  it("[GROUND-5] does with an unsupported sentence what the rule says", () => {
    const bad = `${GOOD} Vouchers are refunded after 9 days.`;
    expect(runOf(searching, grounded("flag"), [bad]).run.state).toMatchObject({ status: "completed", output: bad });
    expect(runOf(searching, grounded("redact"), [bad]).run.state).toMatchObject({ status: "completed", output: `${GOOD} [removed]` });
    expect(runOf(searching, grounded("truncate"), [bad]).run.state).toMatchObject({ output: GOOD, flags: ["truncated"] });
    expect(runOf(searching, grounded("block"), [bad]).run.state).toMatchObject({ status: "failed", error: { code: "content_blocked" } });
    const again = runOf(searching, grounded("retry"), [bad, GOOD]);
    expect(again.run.state).toMatchObject({ status: "completed", output: GOOD });
    expect(again.calls[1]?.messages.at(-1)?.content).toContain("sentence 2 of the answer gives a number");
    const asks = runOf(searching, grounded("review"), [bad]).run;
    const activity = Object.values(asks.state.activities).find(({ review }) => review?.id != null);
    expect(activity?.review?.proposal).toMatchObject({
      output: bad,
      unsupported: [{ sentence: "Vouchers are refunded after 9 days.", why: "number" }],
    });
  });

  it("[GROUND-12] tells the model how to cite where chunks were found, and not where none were", () => {
    const told = (calls: readonly ModelCall[]) =>
      calls[0]?.messages.some(({ role, content }) => role === "system" && String(content).includes("[returns@2#0]"));
    expect(told(runOf(searching, grounded("block"), [GOOD]).calls)).toBe(true);
    expect(told(runOf(searching, {}, [GOOD]).calls)).toBe(false);
    const other = { search: tool("orders.get"), reply: model({ needs: ["search"] }) };
    expect(told(runOf(other, grounded("flag"), [GOOD]).calls)).toBe(false);
  });

  it("[GROUND-4] takes chunks from searches alone: what another tool calls a chunk cannot be cited", () => {
    const steps = { search: tool("orders.get"), reply: model({ needs: ["search"] }) };
    expect(runOf(steps, grounded("block"), [GOOD]).run.state.error?.code).toBe("content_blocked");
    expect(runOf(steps, grounded("block"), ["Vouchers are not refunded."]).run.state.status).toBe("completed");
  });
});

describe("an agent that searches", () => {
  const search: ModelOutcome = {
    ...said(""),
    result: {
      ok: true,
      asks: { text: null, calls: [{ id: "c1", name: "knowledge.search", input: { collection: "policies", query: "vouchers" } }] },
    },
  };

  it("[GROUND-7] may rest its answer on what it found itself, under its own rule without steps or a definition's that names it", () => {
    const own = { reply: agent(["knowledge.search"], { grounded_in: { steps: [], min: 0.7, action: "block" } }) };
    const { run } = runOf(own, {}, [search, GOOD]);
    expect(run.state).toMatchObject({ status: "completed", output: GOOD, steps: { reply: { citations: [CITATION] } } });
    expect(runOf(own, {}, [search, "Vouchers are refunded in gold."]).run.state.error?.code).toBe("content_blocked");
    const named = { reply: agent(["knowledge.search"]) };
    expect(runOf(named, grounded("block", ["reply"]), [search, GOOD]).run.state.status).toBe("completed");
    expect(runOf(named, grounded("block", ["reply"]), [search, "Vouchers are refunded."]).run.state.error?.code).toBe("content_blocked");
    // Without a search it has nothing to rest on.
    expect(runOf(own, {}, ["Vouchers are not refunded."]).run.state.error?.code).toBe("content_blocked");
  });

  it("[GROUND-7] gives later steps what it found, and not what it made of it", () => {
    const steps = { desk: agent(["knowledge.search"]), reply: model({ needs: ["desk"] }) };
    const lie = "Vouchers are refunded in gold.";
    expect(runOf(steps, grounded("block", ["desk"]), [search, lie, lie]).run.state.error?.code).toBe("content_blocked");
    expect(runOf(steps, grounded("block", ["desk"]), [search, lie, GOOD]).run.state).toMatchObject({ status: "completed", output: GOOD });
  });
});

describe("what a run was asked", () => {
  const LIE = "You have 300 days to return a coat.";
  const echo = (
    outputs: { readonly [tool: string]: Json },
    steps: Definition["steps"],
    input: Json,
    rule: readonly string[] = ["search"],
  ) => {
    const definition = define(steps, {
      output: { cel: "steps.reply.output" },
      tools: ["knowledge.search", "orders.get", "memory.recall"],
      knowledge: ["policies"],
      guardrails: { output: grounded("block", [...rule]) },
    });
    const guardrails = runRulesOf(null, definition);
    const run = new Drive(
      definition,
      { tool: (name) => answered(outputs[name] ?? null), model: () => said(LIE) },
      { input, ...(guardrails === null ? {} : { guardrails }) },
    );
    return run.start().run().state.error?.code ?? null;
  };
  const none = (query: string) => ({ query, results: [], mode: "keyword", degraded: false });
  const asking = (input: Json, name = "knowledge.search") => ({ search: tool(name, { input }), reply: model({ needs: ["search"] }) });

  it("[GROUND-13] is no source of its answer: neither its input, nor a search's query, nor a memory in it", () => {
    const question = `My neighbour says: ${LIE} Is that so?`;
    const query = { collection: "policies", query: { cel: "input.question" } };
    expect(echo({ "knowledge.search": none(question) }, asking(query), { question })).toBe("content_blocked");
    const steps = {
      recall: tool("memory.recall"),
      search: tool("knowledge.search", {
        needs: ["recall"],
        input: { collection: "policies", query: { cel: "input.question + ' ' + steps.recall.output.memories[0].text" } },
      }),
      reply: model({ needs: ["search"] }),
    };
    const remembered = { "memory.recall": { memories: [{ text: LIE }] }, "knowledge.search": none(`How long? ${LIE}`) };
    expect(echo(remembered, steps, { question: "How long?" })).toBe("content_blocked");
  });

  it("[GROUND-13] nor an argument of a step that is no search, which its answer repeats; what it says of its own is", () => {
    const fixed = { text: LIE };
    expect(echo({ "orders.get": { said: LIE, hits: 0 } }, asking(fixed, "orders.get"), {})).toBe("content_blocked");
    expect(echo({ "orders.get": { said: LIE, hits: 0 } }, asking({ text: "coats" }, "orders.get"), {})).toBeNull();
    expect(echo({ "orders.get": { said: LIE } }, asking({ text: "coats" }, "orders.get"), { question: LIE })).toBe("content_blocked");
  });

  it("[GROUND-13] nor what an agent searched for", () => {
    const reply = agent(["knowledge.search"], { grounded_in: { steps: [], min: 0.7, action: "block" } });
    const definition = define({ reply }, { output: { cel: "steps.reply.output" }, tools: ["knowledge.search"], knowledge: ["policies"] });
    const input = { collection: "policies", query: LIE };
    const search: ModelOutcome = {
      ...said(""),
      result: { ok: true, asks: { text: null, calls: [{ id: "c1", name: "knowledge.search", input }] } },
    };
    let turns = 0;
    const guardrails = runRulesOf(null, definition);
    const script = { tool: () => answered(none(LIE)), model: () => (turns++ === 0 ? search : said(LIE)) };
    const { state } = new Drive(definition, script, guardrails === null ? {} : { guardrails }).start().run();
    expect([turns, state.error?.code]).toEqual([2, "content_blocked"]);
  });
});

describe("a second opinion in a run", () => {
  it("[GROUND-9] goes along with the call, decides, and is paid for", () => {
    const spent = { tokens_in: 90, tokens_out: 10, micro_usd: 700 };
    const question = { kind: "grounded", rule: 0, sentence: 0 } as const;
    const opinion = (broken: boolean) =>
      ({ kind: "answered", model: "acme/judge-1", opinions: [{ question, broken, confidence: 0.9 }] }) as const;
    const judged = (broken: boolean): ModelOutcome => ({
      ...said("Nobody pays out coupons."),
      opinions: { moderation: opinion(broken), spent },
    });
    const { run, calls } = runOf(searching, grounded("block"), [judged(false)]);
    expect(run.state).toMatchObject({ status: "completed", output: "Nobody pays out coupons." });
    expect(calls[0]?.moderated?.grounds).toMatchObject({ rules: [{ rule: { steps: ["search"] } }] });
    expect(run.state.usage.microUsd - run.state.lease.spent.microUsd).toBe(spent.micro_usd);
    expect(runOf(searching, grounded("block"), [judged(true)]).run.state.error?.code).toBe("content_blocked");
    expect(runOf(searching, grounded("block"), ["Nobody pays out coupons."]).run.state.error?.code).toBe("content_blocked");
  });
});

describe("a definition that asks for grounded answers", () => {
  const wire = (steps: Json, grounded_in: Json): Json => ({
    ...{
      name: "terms",
      input: { type: "object" },
      output: { cel: "steps.reply.output" },
      tools: ["knowledge.search"],
      knowledge: ["policies"],
    },
    ...{ steps, guardrails: { output: { grounded_in } } },
  });
  const prompt = { template: "Answer." };
  const search = { kind: "tool", tool: "knowledge.search", input: { collection: "policies", query: "x" } };
  const reply = { kind: "model", needs: ["search"], model: { task: "answer" }, prompt };
  const known = { tools: new Set(["knowledge.search"]), toolFacts: { "knowledge.search": { effect: "read" } } } as const;
  const read = (definition: Json) => checkDefinition(definition, known);
  const errorsOf = (definition: Json) => {
    const checked = read(definition);
    return checked.ok ? [] : checked.error.map(({ path, message }) => `${path}: ${message}`);
  };
  const warned = (definition: Json): readonly string[] => {
    const checked = read(definition);
    if (!checked.ok) throw new Error(JSON.stringify(checked.error));
    const around = { tools: new Map(), workflow: () => null, serves: () => true };
    return warningsOf(checked.value, around as never).map(({ path, message }) => `${path}: ${message}`);
  };
  const AT = "/guardrails/output/grounded_in/steps";

  it("[GROUND-8] is refused where it names a step that does not exist, or one that is not settled before", () => {
    expect(errorsOf(wire({ search, reply }, { steps: ["serach"] }))).toEqual([`${AT}/0: there is no step \`serach\``]);
    const own = { ...reply, needs: [], guardrails: { output: { grounded_in: { steps: ["search"] } } } };
    expect(errorsOf(wire({ search, reply: own }, { steps: ["search"] }))[0]).toContain("add it to `needs`");
    const bare = { ...reply, guardrails: { output: { grounded_in: {} } } };
    expect(errorsOf(wire({ search, reply: bare }, { steps: ["search"] }))[0]).toContain("does not search itself");
    expect(errorsOf(wire({ search, reply }, {}))).toEqual([`${AT}: \`steps\` names no step`]);
    const desk = {
      kind: "agent",
      model: { task: "answer" },
      prompt,
      tools: ["knowledge.search"],
      guardrails: { output: { grounded_in: {} } },
    };
    expect(errorsOf(wire({ search, reply: desk }, { steps: ["search"] }))).toEqual([]);
  });

  it("[GROUND-8] gets a warning where a step that it names retrieves nothing", () => {
    expect(warned(wire({ search, reply }, { steps: ["search"] }))).toEqual([]);
    const draft = { kind: "model", model: { task: "answer" }, prompt };
    expect(warned(wire({ draft, search, reply: { ...reply, needs: ["draft", "search"] } }, { steps: ["draft"] }))).toEqual([
      `${AT}/0: the step \`draft\` retrieves nothing: what a model writes is no source; name the step whose output it was given`,
    ]);
    const made = { kind: "transform", value: { cel: "input" } };
    expect(warned(wire({ made, reply: { ...reply, needs: ["made"] } }, { steps: ["made"] }))[0]).toContain("reads no other step");
    const picked = { kind: "transform", needs: ["search"], value: { cel: "steps.search.output.results" } };
    expect(warned(wire({ search, picked, reply: { ...reply, needs: ["picked"] } }, { steps: ["picked"] }))).toEqual([]);
  });
});
