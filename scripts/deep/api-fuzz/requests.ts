/**
 * Requests made from the OpenAPI document and one seed: mostly what an operation asks for, with something wrong in it: types, sizes,
 * encodings, methods, names, callers. The same seed gives the same requests.
 */
import type { Json, JsonObject } from "../../../core/json.ts";
import type { Dice } from "../../../simulation/dice.ts";
import type { Operation } from "./document.ts";
import { fitting, type Making, textFor } from "./values.ts";

export type FuzzRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
  /** The operation that it reaches; null: its method or path is none of the document's. */
  readonly operation: Operation | null;
  /** Which of the callers sends it. */
  readonly caller: string;
};

/** What the fuzz needs of a platform. */
export type Surroundings = {
  /** Names and ids that exist, by the field or part of a path that holds one; `/v1/tools/{name} name` means that path alone. */
  readonly words: ReadonlyMap<string, readonly Json[]>;
  /** One of them is drawn: who shall call more often stands more often. */
  readonly callers: readonly string[];
};

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];
const HEADERS: readonly (readonly [string, string])[] = [
  ["accept", "text/html"],
  ["prefer", "wait=0"],
  ["prefer", "wait=-1, respond-async;;"],
  ["idempotency-key", "k".repeat(400)],
  ["idempotency-key", '"quoted"'],
  ["bulkhead-org", "../../admin"],
  ["last-event-id", "99999999999999999999"],
  ["traceparent", "00-0-0-zz"],
  ["content-encoding", "gzip"],
  ["if-none-match", "*"],
  ["range", "bytes=0-1"],
  ["cookie", "__Host-bulkhead=x; a=b"],
  ["x-forwarded-for", "127.0.0.1"],
  ["accept-language", "x".repeat(2_000)],
];

export function requestOf(operations: readonly Operation[], document: JsonObject, around: Surroundings, dice: Dice): FuzzRequest {
  const operation = dice.one("operation", operations);
  const making: Making = { document, dice, words: around.words, wildness: dice.happens("wild", 0.6) ? 1 : 0 };
  const odd = dice.happens("odd method", 0.08 * making.wildness);
  const method = odd ? dice.one("method", METHODS) : operation.method;
  const path = pathOf(operation, making);
  const reached = odd ? (operations.find((other) => other.path === operation.path && other.method === method) ?? null) : operation;
  const headers: Record<string, string> = {};
  for (const parameter of operation.parameters) {
    if (parameter.in !== "header" || !dice.happens("header", 0.2)) continue;
    const text = String(fitting(parameter.schema, making, 0, parameter.name))
      .replace(/[^\x20-\x7e]/g, "?")
      .trim();
    headers[parameter.name.toLowerCase()] = text;
  }
  if (dice.happens("odd header", 0.15 * making.wildness)) {
    const [name, value] = dice.one("which header", HEADERS);
    headers[name] = value;
  }
  const takesBody = !["GET", "HEAD"].includes(method);
  const body = takesBody ? bodyOf(operation, making, headers) : null;
  return { method, path, headers, body, operation: reached, caller: dice.one("caller", around.callers) };
}

function pathOf(operation: Operation, making: Making): string {
  const { dice, words, wildness } = making;
  const path = operation.path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const schema = operation.parameters.find((parameter) => parameter.in === "path" && parameter.name === name)?.schema ?? true;
    const special = `${operation.path} ${name}`;
    const made = fitting(schema, making, 0, words.has(special) ? special : name);
    return encodeURIComponent((typeof made === "object" ? textFor({}, making) : String(made)).toWellFormed()) || "x";
  });
  const query = operation.parameters
    .filter((parameter) => parameter.in === "query" && dice.happens("query", parameter.required ? 0.97 : 0.25))
    .map(({ name, schema }): [string, string] => [name, String(fitting(schema, making, 0, name)).toWellFormed()]);
  if (dice.happens("odd query", 0.06 * wildness)) query.push([dice.one("query name", ["cursor", "limit", "__proto__", ""]), "%"]);
  return query.length === 0 ? path : `${path}?${query.map((pair) => pair.map(encodeURIComponent).join("=")).join("&")}`;
}

function bodyOf(operation: Operation, making: Making, headers: Record<string, string>): FuzzRequest["body"] {
  const { dice, wildness } = making;
  if (operation.body === null && !dice.happens("body unasked", 0.1 * wildness)) return null;
  headers["content-type"] ??= "application/json";
  const text = JSON.stringify(fitting(operation.body ?? true, making));
  if (!dice.happens("odd body", 0.15 * wildness)) return text;
  switch (dice.between("how", 0, 9)) {
    case 0:
      return text.slice(0, Math.floor(text.length * dice.roll("cut")));
    case 1:
      return `\ufeff${text}`;
    case 2:
      return Uint8Array.from([...new TextEncoder().encode(text), 0xff, 0xfe, 0xc0]);
    case 3:
      headers["content-type"] = dice.one("type", [
        "text/plain",
        "application/xml",
        "multipart/form-data",
        "application/json; charset=utf-16",
        "",
        "a/b/c",
      ]);
      return text;
    case 4:
      return text.replace(/\d+/, "1e400");
    case 5:
      return text.replace("{", '{"__proto__": {"a": 1}, "constructor": 1, ');
    case 6:
      return text.replace("{", '{"a": 1, "a": 2, ');
    case 7:
      return `${"[".repeat(2_000)}${"]".repeat(2_000)}`;
    case 8:
      return `{"a": "${"x".repeat(dice.one("bytes", [70_000, 1_100_000]))}"}`;
    default:
      return "";
  }
}
