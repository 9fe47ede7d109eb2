/** What an answer of the platform must be whatever was asked: no failure of the platform's own, as its document says, without secrets. */
import type { Json, JsonObject } from "../../../core/json.ts";
import { validate } from "../../../core/workflow/schema.ts";
import { standalone } from "./document.ts";
import type { FuzzRequest } from "./requests.ts";

export type FuzzAnswer = { readonly status: number; readonly headers: Iterable<readonly [string, string]>; readonly text: string };

/** Codes of answers that an upstream, or a switch that a request of the fuzz has thrown, is the reason for. */
const OTHERS: ReadonlySet<string> = new Set(["upstream_unavailable", "kill_switch_active", "output_invalid"]);

/** Of a problem, or of an error in OpenAI's shape; "" where there is none. */
const codeOf = (text: string): string => /"code":"([a-z_]+)"/.exec(text)?.[1] ?? "";

/** Made once for each schema of the document. */
const alone = new Map<Json, JsonObject>();

/** `canaries`: secrets by name; none may stand in an answer. */
export function flawsOf(
  request: FuzzRequest,
  answer: FuzzAnswer,
  document: JsonObject,
  canaries: ReadonlyMap<string, string>,
): readonly string[] {
  const flaws: string[] = [];
  const headers = new Map(answer.headers);
  const type = (headers.get("content-type") ?? "").split(";")[0] ?? "";
  const title = `${request.method} ${request.operation?.path ?? request.path} as ${request.caller}: ${answer.status}`;
  if (answer.status >= 500 && !OTHERS.has(codeOf(answer.text)))
    flaws.push(`${title}, which is a failure of the platform: ${answer.text.slice(0, 300)}`);
  const whole = [answer.text, ...headers.values()].join("\n");
  for (const [name, secret] of canaries) if (whole.includes(secret)) flaws.push(`${title} shows ${name}`);
  if (request.operation === null || request.method === "HEAD") return flaws;
  const declared = request.operation.answers.get(String(answer.status));
  if (declared === undefined) return [...flaws, `${title}, which is not declared: ${answer.text.slice(0, 300)}`];
  if (answer.text === "" && declared.size === 0) return flaws;
  const schema = declared.get(type);
  if (schema === undefined) return [...flaws, `${title} is of the type "${type}", which is not declared`];
  if (!type.includes("json")) return flaws;
  let value: Json;
  try {
    value = JSON.parse(answer.text) as Json;
  } catch {
    return [...flaws, `${title} is no JSON: ${answer.text.slice(0, 100)}`];
  }
  const made = alone.get(schema) ?? standalone(schema, document);
  alone.set(schema, made);
  const [wrong] = validate(made, value);
  if (wrong !== undefined) flaws.push(`${title} breaks its schema at "${wrong.path}": ${wrong.message}: ${answer.text.slice(0, 300)}`);
  return flaws;
}
