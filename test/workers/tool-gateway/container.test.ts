/** A tool of kind `container`: what comes of each end of an instance, and how far the call is said to have come. */
import { describe, expect, it } from "vitest";
import type { Failure, ToolOutcome } from "../../../core/run/calls/call.ts";
import type { SandboxAnswer, SandboxCall, SandboxEnd } from "../../../core/sandbox/call.ts";
import { CODE_RUN_MANIFEST } from "../../../core/tool/code-run.ts";
import type { ManifestOf, ToolManifest } from "../../../core/tool/manifest.ts";
import type { Sandboxes, SandboxOutcome } from "../../../workers/sandbox/sandboxes.ts";
import { defineToolGateway } from "../../../workers/tool-gateway/gateway.ts";
import { manifest, toolCall } from "../../support/doubles/calls.ts";
import { scriptedGuard } from "../../support/doubles/scripted-guard.ts";

const { http: _, ...contract } = manifest({ effect: "read" });
const TOOL: ManifestOf<"container"> = {
  ...contract,
  kind: "container",
  container: { language: "python", code: "def main(input): return input" },
  output: { type: "object" },
};

const answerWith = (end: SandboxEnd, more: Partial<SandboxAnswer> = {}): SandboxOutcome => ({
  reached: "answered",
  answer: { end, stdout: "", stderr: "", files: [], filesLeftOut: 0, ...more },
});

function through(outcome: SandboxOutcome | Promise<SandboxOutcome>, tool: ToolManifest = TOOL, input: object = { order: "A-1" }) {
  const calls: SandboxCall[] = [];
  const egresses: unknown[] = [];
  const sandboxes: Sandboxes = {
    run: async (call, egress) => {
      calls.push(call);
      egresses.push(egress);
      return outcome;
    },
  };
  return { calls, egresses, outcome: call(tool, { sandboxes }, input) };
}
const call = (tool: ToolManifest, more: { sandboxes?: Sandboxes }, input: object, timeoutMs = 60): Promise<ToolOutcome> =>
  defineToolGateway({
    manifest: async () => tool,
    guard: scriptedGuard(),
    credential: async () => "credential-of-this-call",
    secret: async () => null,
    egress: async () => null,
    fetch: async () => Promise.reject(new Error("no host is called")),
    log: () => undefined,
    now: () => 0,
    allowPrivateHosts: false,
    ...more,
  }).call(toolCall({ input: input as ReturnType<typeof toolCall>["input"], timeoutMs }), new AbortController().signal);
const failureOf = ({ result }: ToolOutcome): Partial<Failure> => (result.ok ? {} : result.failure);

describe("a tool in a container", () => {
  it("[BOX-30] gets its code and its input, and its output is the tool's", async () => {
    const { calls, outcome } = through(answerWith({ kind: "ok", output: { value: { sum: 6 }, long: [] } }));
    expect(await outcome).toMatchObject({ result: { ok: true, output: { sum: 6 } }, reached: "answered", status: null });
    expect(calls).toEqual([{ code: TOOL.container.code, input: '{"order":"A-1"}', files: [], wallMs: 60 }]);
    expect(JSON.stringify(calls)).not.toContain("credential");
  });

  it("[BOX-33] has no network but through the egress, to the hosts that its manifest lists", async () => {
    const done = answerWith({ kind: "ok", output: { value: {}, long: [] } });
    const [closed, open] = [through(done), through(done, { ...TOOL, egress: ["api.example.com"] })];
    await Promise.all([closed.outcome, open.outcome]);
    expect(closed.egresses).toEqual([null]);
    expect(open.egresses).toMatchObject([{ org: "acme", tool: TOOL.name, run: "run_01", activity: "refund", hosts: ["api.example.com"] }]);
  });

  it.each<[SandboxOutcome, ToolOutcome["reached"], Failure["class"], Failure["code"]]>([
    [{ reached: "no", why: "full" }, "no", "transient", "overloaded"],
    [{ reached: "no", why: "not_started" }, "no", "transient", "upstream_unavailable"],
    [{ reached: "unknown", why: "cut_short" }, "unknown", "unknown", "upstream_unavailable"],
    [{ reached: "unknown", why: "too_late" }, "unknown", "unknown", "timeout"],
    [answerWith({ kind: "raised", error: "KeyError", message: "no such order", field: null }), "answered", "permanent", "tool_error"],
    [answerWith({ kind: "exited", code: 2 }), "answered", "permanent", "tool_error"],
    [answerWith({ kind: "crashed" }), "answered", "permanent", "tool_error"],
    [answerWith({ kind: "limit", limit: "time" }), "answered", "unknown", "timeout"],
    [answerWith({ kind: "limit", limit: "memory" }), "answered", "permanent", "tool_error"],
    [answerWith({ kind: "limit", limit: "output" }), "answered", "permanent", "output_invalid"],
    [answerWith({ kind: "ok", output: null }), "answered", "permanent", "output_invalid"],
    [answerWith({ kind: "not_json", path: "/x" }), "answered", "permanent", "output_invalid"],
  ])("[BOX-31] says of a write how far it came: %j is %s", async (end, reached, kind, code) => {
    const ended = await through(end, { ...TOOL, effect: "write", idempotency: "none" }).outcome;
    expect([ended.reached, failureOf(ended).class, failureOf(ended).code]).toEqual([reached, kind, code]);
  });

  it("[BOX-31] tells what an exception says, judged and bounded", async () => {
    const ended = await through(answerWith({ kind: "raised", error: "KeyError", message: "no such order", field: "/order" })).outcome;
    expect(failureOf(ended)).toMatchObject({ field: "/order" });
    expect(failureOf(ended).message).toContain("no such order");
    expect(
      (failureOf(await through(answerWith({ kind: "exited", code: 2 }, { stderr: "z".repeat(9_000) })).outcome).message ?? "").length,
    ).toBeLessThan(3_000);
  });

  it("[BOX-32] is not called where the deployment runs no containers", async () => {
    const ended = await call(TOOL, {}, { order: "A-1" });
    expect([ended.reached, failureOf(ended).code]).toEqual(["no", "tool_error"]);
    expect(failureOf(ended).message).toContain("--env containers");
  });

  it("[BOX-31] that never answers is stopped when the call's time is over", async () => {
    const stopped: boolean[] = [];
    const sandboxes: Sandboxes = {
      run: (_call, _egress, signal) => new Promise(() => signal.addEventListener("abort", () => stopped.push(true))),
    };
    const ended = await call(TOOL, { sandboxes }, { order: "A-1" }, 30);
    expect([ended.reached, failureOf(ended).code, stopped]).toEqual(["unknown", "timeout", [true]]);
  });
});

describe("code.run", () => {
  const run = (end: SandboxOutcome, input: object = { language: "python", code: "print(1)" }) => through(end, CODE_RUN_MANIFEST, input);

  it("[BOX-40] runs the given code with the given files and nothing else", async () => {
    const files = [
      { name: "a.csv", text: "1,2" },
      { name: "b.bin", base64: "AAE=" },
    ];
    const { calls, outcome } = run(answerWith({ kind: "ok", output: null }, { stdout: "1\n" }), {
      language: "python",
      code: "print(1)",
      files,
    });
    expect(await outcome).toMatchObject({
      result: { ok: true, output: { ok: true, output: null, stdout: "1\n", error: null, truncated: false } },
    });
    expect(calls).toEqual([{ code: "print(1)", input: null, files, wallMs: 60 }]);
  });

  it.each<[SandboxEnd, string]>([
    [{ kind: "raised", error: "ZeroDivisionError", message: "division by zero", field: null }, "ZeroDivisionError"],
    [{ kind: "exited", code: 3 }, "exit"],
    [{ kind: "limit", limit: "time" }, "time"],
    [{ kind: "crashed" }, "crashed"],
    [{ kind: "not_json", path: null }, "not_json"],
  ])("[BOX-41] answers with the failure of the code, so that the model can mend it: %j", async (end, type) => {
    const ended = await run(answerWith(end, { stderr: "Traceback" })).outcome;
    expect(ended).toMatchObject({ result: { ok: true, output: { ok: false, output: null, stderr: "Traceback", error: { type } } } });
  });

  it("[BOX-41] cuts what was printed, and leaves out files that are too much", async () => {
    const file = (name: string) => ({ name, text: "x".repeat(150_000) });
    const outcome = await run(
      answerWith({ kind: "ok", output: null }, { stdout: "y".repeat(50_000), files: [file("a"), file("b")], filesLeftOut: 1 }),
    ).outcome;
    const output = outcome.result.ok ? (outcome.result.output as { stdout: string; files: object[] }) : null;
    expect(output).toMatchObject({ truncated: true, files_left_out: 2 });
    expect([output?.stdout.length, output?.files.length]).toEqual([16_000, 1]);
  });

  it.each([
    [
      {
        files: [
          { name: "a", text: "" },
          { name: "a", text: "" },
        ],
      },
    ],
    [{ files: [{ name: "a", base64: "not base64!" }] }],
    [{ files: [{ name: "../a", text: "" }] }],
    [{ language: "perl" }],
  ])("[BOX-40] is not run with %j", async (changes) => {
    const { calls, outcome } = run(answerWith({ kind: "ok", output: null }), { language: "python", code: "print(1)", ...changes });
    const ended = await outcome;
    expect([calls.length, ended.reached, failureOf(ended).code]).toEqual([0, "no", "invalid_request"]);
  });
});
