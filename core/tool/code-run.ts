/**
 * The built-in tool `code.run`: code that a model wrote, in a container. Every org has it, nobody registers it, and nothing may call it
 * but a workflow that lists it in its `tools`.
 */
import { MOST_FILES } from "../sandbox/call.ts";
import type { ToolManifest } from "./manifest.ts";

/** Its name. */
export const CODE_RUN = "code.run";

/** Maximum characters of the code, of a file's content, and of each text that comes back. */
export const CODE_RUN_CHARS = { code: 100_000, file: 500_000, text: 16_000 } as const;
/** Maximum characters of all files together that come back; further ones are counted in `files_left_out`. */
export const CODE_RUN_FILES_CHARS = 200_000;

const file = {
  type: "object",
  properties: {
    name: { type: "string", minLength: 1, maxLength: 100, pattern: "^[^/\\\\]+$", description: "the file's name, without folders" },
    text: { type: "string", maxLength: CODE_RUN_CHARS.file, description: "its content" },
    base64: { type: "string", maxLength: CODE_RUN_CHARS.file, description: "its content, where it is no text" },
  },
  required: ["name"],
  additionalProperties: false,
};
const error = {
  type: ["object", "null"],
  properties: { type: { type: "string" }, message: { type: "string" } },
  required: ["type", "message"],
};

/** What calls of it are governed by. Its version grows with every change of this text. */
export const CODE_RUN_MANIFEST: ToolManifest = {
  name: CODE_RUN,
  version: 1,
  description:
    "Runs Python 3 in a container that is made for this call and destroyed after it: no network, the standard library alone, a folder with the given files as its working directory. Print what you want to know, or set the variable `output` to a JSON value. Files that the code writes into its folder come back.",
  effect: "none",
  kind: "container",
  container: { language: "python", code: null },
  input: {
    type: "object",
    properties: {
      language: { enum: ["python"] },
      code: { type: "string", minLength: 1, maxLength: CODE_RUN_CHARS.code, description: "the program" },
      files: { type: "array", items: file, maxItems: MOST_FILES, description: "files that the program finds in its folder" },
    },
    required: ["language", "code"],
    additionalProperties: false,
  },
  output: {
    type: "object",
    properties: {
      ok: { type: "boolean", description: "false: the program failed, and `error` says how" },
      output: { description: "the value that the program gave; null where it gave none" },
      stdout: { type: "string" },
      stderr: { type: "string" },
      truncated: { type: "boolean", description: "what the program printed is longer than what is shown" },
      error,
      files: { type: "array", items: file },
      files_left_out: { type: "integer" },
      duration_ms: { type: "number" },
    },
    required: ["ok", "output", "stdout", "stderr", "truncated", "error", "files", "files_left_out"],
  },
  timeout_ms: 30_000,
  idempotency: "key",
  scopes: [],
  approval: "policy",
  guarded: [],
  personal_data: {},
  sensitivity: "public",
  allow: null,
};
