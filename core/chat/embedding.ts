/** A request for embeddings, as OpenAI's clients send it, and the answer in their format. Pure. */
import type { FieldError } from "../errors/problem.ts";
import type { JsonObject } from "../json.ts";
import { base64FromFloats, type Vector } from "../model/embedding.ts";
import { boundTokens } from "../model/estimate.ts";
import { err, ok, type Result } from "../result.ts";
import { Errors, Form } from "../workflow/form.ts";
import { type ModelWish, readWish, withoutNulls } from "./request.ts";

/** A valid request for embeddings. `dimensions`: null for the model's own number. */
export type EmbeddingRequest = {
  readonly wish: ModelWish;
  readonly inputs: readonly string[];
  readonly encoding: "float" | "base64";
  readonly dimensions: number | null;
  /** Names of fields that go to no model. */
  readonly ignored: readonly string[];
};

/** OpenAI's API reference, "Create embeddings". */
const MOST_INPUTS = 2_048;
const LONGEST = 1_048_576;
const TOKENS_PER_INPUT = 8;

/** The request, or everything that is wrong with it. Total for any JSON object; linear in its size. */
export function readEmbeddingRequest(raw: JsonObject): Result<EmbeddingRequest, readonly FieldError[]> {
  const errors = new Errors();
  const form = new Form(withoutNulls(raw), "", errors, "the request");
  const user = form.json("user");
  if (user !== undefined && (typeof user !== "string" || user.length > 512)) {
    form.refuse("user", "`user` must be a text of at most 512 characters");
  }
  const request: EmbeddingRequest = {
    wish: readWish(form),
    inputs: readInputs(form),
    encoding: form.choice("encoding_format", ["float", "base64"] as const, "float"),
    dimensions: form.numberOrNull("dimensions", { min: 1, max: 16_384, whole: true }),
    ignored: user === undefined ? [] : ["user"],
  };
  form.close();
  return errors.list.length > 0 ? err(errors.list) : ok(request);
}

function readInputs(form: Form): readonly string[] {
  const sent = form.required("input");
  if (sent === undefined) return [];
  const list = Array.isArray(sent) ? sent : [sent];
  if (list.some((item) => typeof item === "number" || Array.isArray(item))) {
    form.refuse("input", "`input` must be text: tokens cannot be guarded");
    return [];
  }
  if (list.length === 0 || list.length > MOST_INPUTS) {
    form.refuse("input", `\`input\` is a text, or a list of 1 to ${MOST_INPUTS} texts`);
    return [];
  }
  const fits = list.every((item) => typeof item === "string" && item !== "" && item.length <= LONGEST);
  if (!fits) form.refuse("input", "every `input` is a text that is not empty");
  return fits ? (list as string[]) : [];
}

/** An upper bound in practice of what the upstream will count. */
export const boundInputs = (inputs: readonly string[]): number =>
  inputs.reduce((sum, text) => sum + TOKENS_PER_INPUT + boundTokens(text), 0);

/** The body of the upstream's request. */
export const embeddingBody = (upstreamId: string, request: EmbeddingRequest): JsonObject => ({
  model: upstreamId,
  input: [...request.inputs],
  encoding_format: request.encoding,
  ...(request.dimensions === null ? {} : { dimensions: request.dimensions }),
});

/** The answer in OpenAI's form. `tokens`: the tokens of the inputs. */
export const embeddingList = (
  model: string,
  vectors: readonly Vector[],
  encoding: EmbeddingRequest["encoding"],
  tokens: number,
): JsonObject => ({
  object: "list",
  data: vectors.map((vector, index) => ({
    object: "embedding",
    index,
    embedding: encoding === "base64" ? base64FromFloats(vector) : [...vector],
  })),
  model,
  usage: { prompt_tokens: tokens, total_tokens: tokens },
});
