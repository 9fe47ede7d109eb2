/**
 * The words between the platform and the runner of a container instance (sandbox/runner.py): one call, and how it ended. What the runner
 * says is as untrusted as the code that it ran: read here field by field, whatever it is.
 */
import { isObject, type Json, type JsonObject } from "../json.ts";
import { type ExactJson, parseExact } from "../untrusted-json.ts";

/** Version of these words; a runner of another one refuses the call. */
const RUNNER_VERSION = 1;
/** Port that the runner listens on, inside of the instance. */
export const RUNNER_PORT = 8080;
/** Maximum bytes of code, of a call's files together, and of a runner's answer. */
export const SANDBOX_BYTES = { code: 256 * 1024, files: 1024 * 1024, answer: 8 * 1024 * 1024 } as const;
/** Maximum files that go in, and that come back. */
export const MOST_FILES = 50;

/** A file of a call: its content as text, or as base64 where it is no UTF-8. */
export type SandboxFile = { readonly name: string } & ({ readonly text: string } | { readonly base64: string });

/** One call of an instance. `input`: a JSON text; null: the code is a script that is given nothing. */
export type SandboxCall = {
  readonly code: string;
  readonly input: string | null;
  readonly files: readonly SandboxFile[];
  /** The runner stops the code after this long. */
  readonly wallMs: number;
};

/** What the code left behind, however it ended. */
export type Traces = {
  readonly stdout: string;
  readonly stderr: string;
  readonly files: readonly SandboxFile[];
  /** Files that are not given back: links, folders, too many or too large. */
  readonly filesLeftOut: number;
};

/** Which limit ended the code. */
export type SandboxLimit = "time" | "cpu" | "memory" | "output";

/** How the code ended. */
export type SandboxEnd =
  /** `output` null: it gave no value, and what it printed is no JSON. */
  | { readonly kind: "ok"; readonly output: ExactJson | null }
  /** `error`: the class of the exception, or its own word. */
  | { readonly kind: "raised"; readonly error: string; readonly message: string; readonly field: string | null }
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "limit"; readonly limit: SandboxLimit }
  /** Killed from outside, crashed, or gone without a word. */
  | { readonly kind: "crashed" }
  /** It gave a value that is not JSON, or a number that a double does not hold; `path` says where. */
  | { readonly kind: "not_json"; readonly path: string | null };

/** An answer of the runner. */
export type SandboxAnswer = Traces & { readonly end: SandboxEnd };

/** The body of `POST /run`. */
export function runnerRequest({ code, input, files, wallMs }: SandboxCall): string {
  const given = input === null ? {} : { stdin: `${input}\n` };
  const rest = JSON.stringify({ v: RUNNER_VERSION, code, ...given, files, wall_ms: wallMs });
  // As it is: whole numbers of any length reach the code as numbers.
  return input === null ? rest : `{"input":${input},${rest.slice(1)}`;
}

/** null: not an answer of this version. */
export function readRunnerAnswer(text: string): SandboxAnswer | null {
  const answer = parseObject(text);
  if (answer === null || answer["v"] !== RUNNER_VERSION) return null;
  const traces: Traces = {
    stdout: textOf(answer["stdout"]),
    stderr: textOf(answer["stderr"]),
    files: Array.isArray(answer["files"]) ? answer["files"].flatMap(readFile).slice(0, MOST_FILES) : [],
    filesLeftOut: wholeOf(answer["files_left_out"]),
  };
  return { ...traces, end: readEnd(answer, traces.stdout) };
}

function readEnd(answer: JsonObject, stdout: string): SandboxEnd {
  switch (answer["end"]) {
    case "told":
      return readTold(textOf(answer["told"]), stdout);
    case "exited":
      return wholeOf(answer["code"]) === 0 ? printed(stdout) : { kind: "exited", code: wholeOf(answer["code"]) };
    case "time":
    case "cpu":
    case "output":
      return { kind: "limit", limit: answer["end"] };
    default:
      return { kind: "crashed" };
  }
}

/** What the code's own process says of its end: `told` is one JSON text, with the output as the code gave it. */
function readTold(told: string, stdout: string): SandboxEnd {
  const parsed = parseExact(told, "replaced");
  if (!parsed.ok) return { kind: "not_json", path: parsed.error.why === "number" ? parsed.error.path.replace(/^\/output/, "") : null };
  const { value, long } = parsed.value;
  if (!isObject(value)) return { kind: "crashed" };
  switch (value["end"]) {
    case "returned":
      return { kind: "ok", output: { value: value["output"] ?? null, long: long.map((path) => path.replace(/^\/output/, "")) } };
    case "ended":
      return printed(stdout);
    case "raised":
      return {
        kind: "raised",
        error: textOf(value["error"]).slice(0, 100) || "Exception",
        message: textOf(value["message"]),
        field: typeof value["field"] === "string" ? value["field"].slice(0, 100) : null,
      };
    case "exited":
      return { kind: "exited", code: wholeOf(value["code"]) };
    case "memory":
      return { kind: "limit", limit: "memory" };
    case "not_json":
      return { kind: "not_json", path: null };
    default:
      return { kind: "crashed" };
  }
}

/** A script without a value: what it printed is its output where all of it, or else its last line, is JSON. */
function printed(stdout: string): SandboxEnd {
  const whole = stdout.trim();
  for (const text of new Set([whole, whole.slice(whole.lastIndexOf("\n") + 1)])) {
    const parsed = text === "" ? null : parseExact(text, "replaced");
    if (parsed?.ok) return { kind: "ok", output: parsed.value };
  }
  return { kind: "ok", output: null };
}

function readFile(file: Json): SandboxFile[] {
  if (!isObject(file) || typeof file["name"] !== "string") return [];
  if (typeof file["text"] === "string") return [{ name: file["name"], text: file["text"] }];
  return typeof file["base64"] === "string" ? [{ name: file["name"], base64: file["base64"] }] : [];
}

function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");
const wholeOf = (value: Json | undefined): number => (typeof value === "number" && Number.isSafeInteger(value) ? value : 0);
