/** `on_error`: what stands in for a failure, by what the failure was. */
import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../../core/errors/codes.ts";
import type { Json } from "../../../core/json.ts";
import { checkDefinition } from "../../../core/workflow/check.ts";
import type { OnError, Step } from "../../../core/workflow/definition.ts";
import { define, model, review, tool, transform } from "../../support/run/definition.ts";
import { answered, Drive, failed, type Script } from "../../support/run/drive.ts";

const cel = (text: string) => ({ cel: text });
const rule = (when: string, value: Json) => ({ when: cel(when), value });
const once = { attempts: 1, initial_ms: 1, max_ms: 1, factor: 1 };
const denied: Script["authority"] = (question) => {
  const answer = new Drive(define({})).script.authority(question);
  return answer.kind === "tool" ? { ...answer, permission: { ...answer.permission, decision: "deny" } } : answer;
};

const RULES: OnError = [
  rule('error.code == "policy_denied"', "denied"),
  rule('error.class == "transient"', cel('"later: " + error.code')),
  rule("error.no_such_field == 1", "never"),
  rule("1 + 1", "never either"),
  rule('error.message.contains("rejected")', "rejected"),
  { value: { why: cel("error.code"), of: cel("error.class") } },
];

function outputOf(step: Step, script: Partial<Script> = {}, birth: object = {}): Json {
  const run = new Drive(define({ a: { ...step, on_error: RULES } as Step }, { output: cel("steps.a.output") }), script, birth)
    .start()
    .run();
  expect(run.state.status).toBe("completed");
  expect(run.state.flags).toContain("degraded");
  return run.state.output;
}

describe("a list of rules", () => {
  const call = tool("orders.get", { retry: once });
  it.each<[string, Step, Partial<Script>, Json]>([
    ["a policy's no", call, { authority: denied }, "denied"],
    ["a transient failure", call, { tool: () => failed("upstream_unavailable", "transient") }, "later: upstream_unavailable"],
    ["a permanent failure", call, { tool: () => failed("tool_error", "permanent") }, { why: "tool_error", of: "permanent" }],
    ["an unknown outcome", call, { tool: () => failed("timeout", "unknown") }, { why: "timeout", of: "unknown" }],
    ["an expression that fails", transform(cel("input.no.such")), {}, { why: "invalid_request", of: "permanent" }],
    ["a person's no", review(), { person: () => "reject" }, "rejected"],
    [
      "a failed child",
      { kind: "run", workflow: "w", version: null, input: {}, needs: [], when: null, on_error: null },
      { child: () => ({ ok: false, error: { code: "tool_error", message: "x" } }) },
      { why: "tool_error", of: "permanent" },
    ],
  ])("[RUN-161] applies the first rule that holds: %s", (_, step, script, expected) => expect(outputOf(step, script)).toEqual(expected));

  it("[RUN-161] applies to the items of a map, which see their item too", () => {
    const item = tool("orders.get", {
      retry: once,
      on_error: [rule("index == 0", "first"), rule("item == 7", cel('error.code + " " + string(item)'))],
    });
    const map = {
      kind: "map",
      over: cel("input.list"),
      concurrency: 1,
      step: item,
      needs: [],
      when: null,
      on_error: null,
    } as unknown as Step;
    const run = new Drive(
      define({ a: map }, { output: cel("steps.a.output") }),
      { tool: () => failed("tool_error", "permanent") },
      { input: { list: [5, 7] } },
    );
    run.start().run();
    expect(run.state.output).toEqual(["first", "tool_error 7"]);
  });

  it("[RUN-161] fails the step when no rule holds", () => {
    const step = tool("orders.get", { retry: once, on_error: [rule('error.code == "timeout"', 1)] });
    const run = new Drive(define({ a: step }), { tool: () => failed("tool_error", "permanent") }).start().run();
    expect(run.state).toMatchObject({ status: "failed", error: { code: "tool_error", step: "a" } });
  });

  it("[RUN-162] starts the step that a rule names, which sees the error, and skips the others", () => {
    const steps = {
      a: tool("orders.get", {
        retry: once,
        on_error: [{ step: "slow", when: cel('error.class == "transient"') }, { step: "gone" }],
      }),
      slow: transform("slow"),
      gone: transform(cel('error.code + "/" + error.class'), { when: cel('error.message != ""') }),
      after: transform(cel("steps.a.output"), { needs: ["a"] }),
    };
    const run = (kind: "transient" | "permanent") =>
      new Drive(define(steps, { output: cel("steps.after.output") }), { tool: () => failed("tool_error", kind) }).start().run();
    expect(run("permanent").state).toMatchObject({
      status: "completed",
      output: "tool_error/permanent",
      steps: { slow: { status: "skipped" }, gone: { status: "completed" }, a: { status: "completed" } },
    });
    expect(run("transient").state).toMatchObject({ output: "slow", steps: { slow: { status: "completed" }, gone: { status: "skipped" } } });
    const fine = new Drive(define(steps), { tool: () => answered(1) }).start().run();
    expect(fine.state).toMatchObject({ status: "completed", steps: { slow: { status: "skipped" }, gone: { status: "skipped" } } });
  });

  it("[RUN-163] a step that fails before it starts is taken over for once", () => {
    const broken: Step[] = [
      transform(cel("input.no.such")),
      transform(1, { when: cel("input.no.such == 1") }),
      tool("orders.get", { input: cel("input.no") }),
    ];
    for (const step of broken) {
      const run = new Drive(
        define({ a: { ...step, on_error: { step: "b" } } as Step, b: transform("b") }, { output: cel("steps.a.output") }),
      )
        .start()
        .run();
      expect(run.state).toMatchObject({ status: "completed", output: "b" });
      expect(run.types().filter((type) => type === "step.failed a")).toHaveLength(1);
    }
  });
});

describe("a definition", () => {
  const KNOWN = { tools: new Set<string>(["orders.get"]) };
  const paths = (on_error: Json, more: Json = {}): string[] => {
    const steps = { a: { kind: "transform", value: 1, on_error }, b: { kind: "transform", value: 2 }, ...(more as object) };
    const checked = checkDefinition({ name: "w", input: true, output: null, steps } as unknown as Json, KNOWN as never);
    return checked.ok ? [] : checked.error.map(({ path }) => path);
  };

  it.each<[Json, string[]]>([
    [[{ value: cel("error.code"), when: cel("error.class == 'safety'") }, { step: "b" }], []],
    [{ value: cel("error.message"), when: cel("true") }, []],
    [[], ["/steps/a/on_error"]],
    [Array.from({ length: 21 }, () => ({ value: 1 })), ["/steps/a/on_error"]],
    [[{ when: cel("true") }], ["/steps/a/on_error/0/value"]],
    [[{ value: 1, step: "b" }], ["/steps/a/on_error/0/value"]],
    [[{ value: 1 }, { step: "nobody" }], ["/steps/a/on_error/1/step"]],
    [[{ value: 1, when: cel("nobody.x") }], ["/steps/a/on_error/0/when/cel"]],
    [[5], ["/steps/a/on_error/0"]],
    [[{ step: "a" }], ["/steps/a/on_error/0/step"]],
  ])("[DEF-12] reads the rules of on_error: %j", (on_error, expected) => expect(paths(on_error)).toEqual(expected));

  it("[DEF-12] lets nobody but the rules and the steps that take over see the error", () => {
    expect(paths({ step: "b" }, { b: { kind: "transform", value: cel("error.code") } })).toEqual([]);
    expect(paths({ value: 1 }, { b: { kind: "transform", value: cel("error.code") } })).toEqual(["/steps/b/value/cel"]);
  });

  it("[RUN-161] told codes without a class have one", () => {
    const codes: [ErrorCode, string][] = [["budget_exceeded", "permanent"]];
    for (const [code, kind] of codes) {
      const step = model({ budget: { usd: 0, tokens: 1 }, on_error: [rule(`error.code == "${code}"`, cel("error.class"))] } as never);
      const run = new Drive(define({ a: step }, { output: cel("steps.a.output") })).start().run();
      expect(run.state.output).toBe(kind);
    }
  });
});
