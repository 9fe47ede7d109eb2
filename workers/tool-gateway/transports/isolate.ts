/**
 * Tools that are code of the developer's in an isolate of its own. What the code says is judged like an HTTP answer; how far a call came
 * is known better: code that sent no request did nothing outside.
 */
import type { Json } from "../../../core/json.ts";
import { err, ok } from "../../../core/result.ts";
import type { Failure, Reached } from "../../../core/run/calls/call.ts";
import type { ManifestOf } from "../../../core/tool/manifest.ts";
import { parseExact, parseUntrusted } from "../../../core/untrusted-json.ts";
import { failure } from "../failure.ts";
import type { CodeAnswer, CodeCall, ToolGatewayPorts } from "../ports.ts";
import type { Answer, Plan, Read, Sent, Transport } from "./transport.ts";

type IsolatePlan = Plan & { readonly input: Json };

/** Maximum bytes of an output. */
const OUTPUT_BYTES = 1024 * 1024;

export function isolateTransport({ runCode }: Pick<ToolGatewayPorts, "runCode">): Transport<ManifestOf<"isolate">, IsolatePlan, CodeCall> {
  return {
    check: (_manifest, input) => ok({ target: null, secret: null, input }),

    prepare({ name, version, isolate, egress = [], fresh, sensitivity, timeout_ms }, { input }, { context }) {
      const { org, run, activity: step, key, user, workflow, version: workflow_version } = context;
      return ok({
        context,
        tool: name,
        code: isolate.code,
        fresh: fresh === true || sensitivity === "confidential" || sensitivity === "restricted",
        hosts: egress,
        secrets: isolate.secrets ?? {},
        input,
        ctx: { org, run, step, key, user, workflow, workflow_version, tool: name, tool_version: version, timeout_ms },
        timeoutMs: timeout_ms,
        outputBytes: OUTPUT_BYTES,
      });
    },

    async send(call, deadline) {
      const answer: CodeAnswer = runCode === undefined ? { kind: "unavailable", sent: 0 } : await runCode(call, deadline);
      return readAnswer(answer);
    },
  };
}

/** What ended the code before it answered is "try again" where it did nothing, and unknown where a request had left. */
function readAnswer(answer: CodeAnswer): Sent {
  const reached: Reached = answer.sent === 0 ? "no" : "unknown";
  switch (answer.kind) {
    case "unavailable":
      return failed("no", failure("permanent", "tool_error", "this deployment cannot run a tool's code"));
    case "crowded":
      return failed("no", failure("transient", "rate_limited", "too many calls of this run wait for an isolate", 1_000));
    case "not_started":
      return { ...failed("no", failure("permanent", "tool_error", "the tool's code does not start")), said: { message: answer.message } };
    case "broken":
      return failed(reached, failure("transient", "tool_error", "the tool's code was ended before it answered"));
    case "overdue":
      return failed(reached, failure("transient", "timeout", "the tool did not answer in time"));
    case "answered":
      return readStatus(answer);
  }
}

function readStatus({ status, body, sent }: Extract<CodeAnswer, { kind: "answered" }>): Sent {
  if (status === 200) return { reached: "answered", status: null, answer: ok(answerOf(body)) };
  if (status === 413 || (!body.ok && body.reason === "too_large")) return failed("answered", tooLarge());
  const said = body.ok ? parseUntrusted(body.text, "replaced") : null;
  const words = said?.ok ? { said: said.value } : {};
  // The code says which error of its own it is: that it did not do what it was asked.
  if (status === 422) return { ...failed("refused", failure("permanent", "tool_error", "the tool refused")), ...words };
  // An exception comes again, unless it came from what a host answered.
  const why = failure(sent === 0 ? "permanent" : "transient", "tool_error", "the tool's code threw an exception");
  return { ...failed(sent === 0 ? "refused" : "answered", why), ...words };
}

function answerOf(body: Extract<CodeAnswer, { kind: "answered" }>["body"]): Answer {
  const read = (limitBytes: number): Read => {
    if (!body.ok && body.reason === "cut") {
      return { reached: "unknown", body: err(failure("transient", "tool_error", "the tool's output was cut short")) };
    }
    if (!body.ok || body.text.length > limitBytes) return { reached: "answered", body: err(tooLarge()) };
    const parsed = parseExact(body.text, "replaced");
    if (parsed.ok) return { reached: "answered", body: ok(parsed.value) };
    if (parsed.error.why === "number") return { reached: "answered", body: ok({ value: null, long: [parsed.error.path] }) };
    return {
      reached: "answered",
      body: err(failure("permanent", "output_invalid", "the tool's output is not JSON, or nested too deeply")),
    };
  };
  return { ageMs: 0, mayBeKept: true, read: async (limitBytes) => read(limitBytes), drop: () => undefined };
}

const tooLarge = (): Failure => failure("permanent", "output_invalid", `the tool's output is larger than ${OUTPUT_BYTES} bytes`);

const failed = (reached: Reached, why: Failure): Sent => ({ reached, status: null, answer: err(why) });
