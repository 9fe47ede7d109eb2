/** Tools that are code in a container: one instance for each call, and what its end says of how far the call came. */
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { err, ok } from "../../../core/result.ts";
import type { Failure } from "../../../core/run/calls/call.ts";
import type { SandboxAnswer, SandboxCall, SandboxEnd, SandboxFile, SandboxLimit } from "../../../core/sandbox/call.ts";
import { NO_CONTAINERS } from "../../../core/tool/check-container.ts";
import { CODE_RUN_CHARS, CODE_RUN_FILES_CHARS } from "../../../core/tool/code-run.ts";
import type { ManifestOf } from "../../../core/tool/manifest.ts";
import type { ExactJson } from "../../../core/untrusted-json.ts";
import { writeInt64 } from "../../../core/workflow/int64.ts";
import type { CallEgress, SandboxOutcome } from "../../sandbox/sandboxes.ts";
import { failure } from "../failure.ts";
import type { ToolGatewayPorts } from "../ports.ts";
import type { Answer, Plan, Sent, Transport } from "./transport.ts";

type ContainerPlan = Plan & { readonly call: Omit<SandboxCall, "wallMs">; readonly isCodeRun: boolean };
type ContainerRequest = ContainerPlan & { readonly egress: CallEgress | null };

/** What is told of stderr where the code ended without a word, in characters. */
const STDERR_CHARS = 2_000;

export function containerTransport({
  sandboxes,
}: Pick<ToolGatewayPorts, "sandboxes">): Transport<ManifestOf<"container">, ContainerPlan, ContainerRequest> {
  return {
    check({ container, input: schema }, input) {
      if (sandboxes === undefined) return err(failure("permanent", "tool_error", NO_CONTAINERS));
      if (container.code === null) return readCodeRun(input);
      const call = { code: container.code, input: writeInt64(schema, input), files: [] };
      return ok({ target: null, secret: null, call, isCodeRun: false });
    },

    prepare({ name: tool, egress: hosts = [] }, plan, { context: { org, run, activity, traceId } }) {
      return ok({ ...plan, egress: hosts.length === 0 ? null : { org, tool, run, activity, traceId, hosts } });
    },

    async send({ call, isCodeRun, egress }, deadline) {
      if (sandboxes === undefined) return noAnswer("no", failure("permanent", "tool_error", NO_CONTAINERS));
      const running = sandboxes.run({ ...call, wallMs: deadline.timeoutMs }, egress, deadline.signal);
      const outcome = await deadline.within(running);
      if (outcome.reached !== "answered") return noAnswer(outcome.reached, NO_ANSWER[outcome.why]);
      return isCodeRun ? answered({ value: toldOf(outcome.answer), long: [] }) : sentOf(outcome.answer);
    },
  };
}

const NO_ANSWER: { readonly [Why in Exclude<SandboxOutcome, { reached: "answered" }>["why"]]: Failure } = {
  full: failure("transient", "overloaded", "every container is at work, and none came free in time", 1_000),
  not_started: failure("transient", "upstream_unavailable", "no container could be started", 1_000),
  too_large: failure("permanent", "invalid_request", "the code is too large"),
  cut_short: failure("transient", "upstream_unavailable", "the container was gone before it answered"),
  too_late: failure("transient", "timeout", "the container did not answer in time"),
  unreadable: failure("transient", "upstream_unavailable", "the container gave an answer that cannot be read"),
};

const LIMITS: { readonly [Limit in SandboxLimit]: Failure } = {
  time: failure("transient", "timeout", "the code did not end in time"),
  cpu: failure("permanent", "tool_error", "the code used more processor time than a call may"),
  memory: failure("permanent", "tool_error", "the code used more memory than a call may"),
  output: failure("permanent", "output_invalid", "the code's output is larger than a call's may be"),
};

/** A registered tool: its output, or why there is none. An exception's words are told once they are judged. */
function sentOf({ end, stderr }: SandboxAnswer): Sent {
  switch (end.kind) {
    case "ok":
      if (end.output !== null) return answered(end.output);
      return noAnswer(
        "answered",
        failure("permanent", "output_invalid", "the code gave no output: it returns one from `main(input)`, sets `output`, or prints JSON"),
      );
    case "raised": {
      const said = { error: end.error, message: end.message, ...(end.field === null ? {} : { field: end.field }) };
      return { ...noAnswer("answered", failure("permanent", "tool_error", "the code raised an exception")), said };
    }
    case "exited": {
      const sent = noAnswer("answered", failure("permanent", "tool_error", `the code ended with exit code ${end.code}`));
      const last = stderr.trim().slice(-STDERR_CHARS);
      return last === "" ? sent : { ...sent, said: last };
    }
    case "limit":
      return noAnswer("answered", LIMITS[end.limit]);
    case "crashed":
      return noAnswer("answered", failure("permanent", "tool_error", "the code's process was killed or crashed"));
    case "not_json": {
      const place = end.path === null || end.path === "" ? "" : " in one place";
      return noAnswer("answered", failure("permanent", "output_invalid", `the code's output is not JSON that can be taken${place}`));
    }
  }
}

const noAnswer = (reached: Sent["reached"], why: Failure): Sent => ({ reached, status: null, answer: err(why) });

function answered(output: ExactJson): Sent {
  const answer: Answer = {
    ageMs: 0,
    mayBeKept: true,
    read: async (limitBytes) => {
      const bytes = new TextEncoder().encode(JSON.stringify(output.value)).byteLength;
      const tooLarge = failure("permanent", "output_invalid", `the tool's answer is larger than ${limitBytes} bytes`);
      return { reached: "answered", body: bytes > limitBytes ? err(tooLarge) : ok(output) };
    },
    drop: () => undefined,
  };
  return { reached: "answered", status: null, answer: ok(answer) };
}

/** `code.run`: its input fits its schema. */
function readCodeRun(input: Json) {
  const { code, files } = isObject(input) ? input : {};
  const given: SandboxFile[] = [];
  for (const file of Array.isArray(files) ? files : []) {
    const { name, text, base64 } = isObject(file) ? file : {};
    if (typeof name !== "string") continue;
    if (given.some((other) => other.name === name)) return err(failure("permanent", "invalid_request", "two files have the same name"));
    if (typeof base64 === "string") {
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0)
        return err(failure("permanent", "invalid_request", "the `base64` of a file is no base64"));
      given.push({ name, base64 });
    } else given.push({ name, text: typeof text === "string" ? text : "" });
  }
  const call = { code: typeof code === "string" ? code : "", input: null, files: given };
  return ok({ target: null, secret: null, call, isCodeRun: true });
}

/** Whatever came of a model's code is its answer: the model can mend what failed. */
function toldOf({ end, stdout, stderr, files, filesLeftOut }: SandboxAnswer): JsonObject {
  const [shown, leftOut] = shownFiles(files);
  return {
    ok: end.kind === "ok",
    output: end.kind === "ok" ? (end.output?.value ?? null) : null,
    stdout: stdout.slice(0, CODE_RUN_CHARS.text),
    stderr: stderr.slice(-CODE_RUN_CHARS.text),
    truncated: stdout.length > CODE_RUN_CHARS.text || stderr.length > CODE_RUN_CHARS.text,
    error: errorOf(end),
    files: shown,
    files_left_out: filesLeftOut + leftOut,
  };
}

function shownFiles(files: readonly SandboxFile[]): readonly [JsonObject[], number] {
  const shown: JsonObject[] = [];
  let chars = 0;
  for (const file of files) {
    chars += "text" in file ? file.text.length : file.base64.length;
    if (chars > CODE_RUN_FILES_CHARS) break;
    shown.push({ ...file });
  }
  return [shown, files.length - shown.length];
}

function errorOf(end: SandboxEnd): Json {
  switch (end.kind) {
    case "ok":
      return null;
    case "raised":
      return { type: end.error, message: end.message };
    case "exited":
      return { type: "exit", message: `exit code ${end.code}` };
    case "limit":
      return { type: end.limit, message: LIMITS[end.limit].message };
    case "crashed":
      return { type: "crashed", message: "the process was killed or crashed" };
    case "not_json":
      return { type: "not_json", message: "`output` is not JSON: it holds a value that JSON does not have" };
  }
}
