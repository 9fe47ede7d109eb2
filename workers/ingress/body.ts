/** A request's body: counted while it is read, strictly UTF-8, strictly JSON, and without values that JSON cannot carry back. */
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { Json } from "../../core/json.ts";
import { MOST_FILE_BYTES } from "../../core/knowledge/files/read-file.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type ExactJson, MAX_DEPTH, parseExact } from "../../core/untrusted-json.ts";

/** docs/contract.md, "Conventions": bodies over 1 MiB are refused. */
const BODY_LIMIT_BYTES = 1_048_576;

/** RFC 8259 section 11; a suffix `+json` is JSON too (RFC 6839). The only charset is UTF-8. */
const JSON_TYPE = /^application\/(?:json|[a-z0-9!#$&^_.+-]+\+json)$/;

/** The body as JSON; undefined when there is none. `mayBeLong`: where a number that a double does not hold is not refused yet. */
export async function readJson(request: Request, mayBeLong = NOWHERE): Promise<Result<Json | undefined, Refusal>> {
  const bytes = await readBytes(request);
  if (!bytes.ok) return bytes;
  if (bytes.value.byteLength === 0) return ok(undefined);
  if (!isJsonType(request.headers.get("Content-Type"))) return err(refuse("unsupported_media_type", "the body must be `application/json`"));
  const text = decodeUtf8(bytes.value);
  if (text === null) return err(broken("is not UTF-8"));
  const parsed = parseJson(text, mayBeLong);
  if (!parsed.ok) return parsed;
  long.set(request, parsed.value.long);
  return ok(parsed.value.value);
}

const NOWHERE = (_path: string): boolean => false;
const long = new WeakMap<Request, readonly string[]>();

/** JSON Pointers into the body to whole numbers that a double does not hold: they are texts of their digits there. */
export const longNumbersOf = (request: Request): readonly string[] => long.get(request) ?? [];

/** The fields of `application/x-www-form-urlencoded`, or of a JSON object of texts: what RFC 7662 section 2.1 asks for, and our own form. */
export async function readFormOrJson(request: Request): Promise<Result<Json | undefined, Refusal>> {
  if (essence(request.headers.get("Content-Type")) !== "application/x-www-form-urlencoded") return readJson(request);
  const bytes = await readBytes(request);
  if (!bytes.ok) return bytes;
  const text = decodeUtf8(bytes.value);
  return text === null ? err(broken("is not UTF-8")) : ok(Object.fromEntries(new URLSearchParams(text)));
}

/** A file, and what a form says beside it. */
const FORM_LIMIT_BYTES = MOST_FILE_BYTES + 262_144;

/**
 * JSON, or `multipart/form-data`: its field `file` becomes `{name, type, data}` with the bytes in base64, and each field of `asJson` is a
 * text of JSON. A form may be larger than JSON may.
 */
export async function readFileFormOrJson(request: Request, asJson: ReadonlySet<string>): Promise<Result<Json | undefined, Refusal>> {
  const type = request.headers.get("Content-Type");
  if (essence(type) !== "multipart/form-data") return readJson(request);
  const bytes = await readBytes(request, FORM_LIMIT_BYTES);
  if (!bytes.ok) return bytes;
  const form = await new Response(bytes.value, { headers: { "Content-Type": type ?? "" } }).formData().catch(() => null);
  if (form === null) return err(broken("is not multipart/form-data as its boundary says"));
  const fields = new Map<string, Json>();
  for (const [name, value] of form as unknown as Iterable<[string, string | File]>) {
    if (fields.has(name)) return err(broken("is given more than once", `/${name.slice(0, 64)}`));
    if (typeof value !== "string") {
      if (value.size > MOST_FILE_BYTES) return err(refuse("payload_too_large", `the file is larger than ${MOST_FILE_BYTES} bytes`));
      const data = Buffer.from(await value.arrayBuffer()).toString("base64");
      fields.set(name, { name: value.name.slice(0, 255), type: value.type.slice(0, 255), data });
    } else if (asJson.has(name)) {
      const parsed = parseJson(value, NOWHERE);
      if (!parsed.ok) return err(broken("is not JSON", `/${name}`));
      fields.set(name, parsed.value.value);
    } else fields.set(name, value);
  }
  return ok(Object.fromEntries(fields));
}

async function readBytes(request: Request, limit = BODY_LIMIT_BYTES): Promise<Result<Uint8Array, Refusal>> {
  const tooLarge = err(refuse("payload_too_large", `the body is larger than ${limit} bytes`));
  if (Number(request.headers.get("Content-Length") ?? 0) > limit) return tooLarge;
  const reader = (request.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (reader === undefined) return ok(new Uint8Array(0));
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = await reader.read().catch(() => null);
    if (chunk === null) return err(broken("was cut short"));
    if (chunk.done) break;
    length += chunk.value.byteLength;
    if (length > limit) {
      void reader.cancel().catch(() => undefined);
      return tooLarge;
    }
    chunks.push(chunk.value);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return ok(bytes);
}

const essence = (contentType: string | null): string => (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";

function isJsonType(contentType: string | null): boolean {
  if (!JSON_TYPE.test(essence(contentType))) return false;
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType ?? "")?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return null;
  }
}

function parseJson(text: string, mayBeLong: (path: string) => boolean): Result<ExactJson, Refusal> {
  const parsed = parseExact(text);
  if (!parsed.ok) {
    const deep = `is nested more than ${MAX_DEPTH} levels deep`;
    const { error } = parsed;
    if (error.why === "number") return err(broken("is a number that a double does not hold", error.path));
    return err(broken(error.why === "too_deep" ? deep : "is not JSON text of Unicode strings (RFC 8259)"));
  }
  const lost = parsed.value.rounded?.[0] ?? parsed.value.long.find((path) => !mayBeLong(path));
  return lost === undefined ? parsed : err(broken("is a number that a double does not hold", lost));
}

const broken = (message: string, path = ""): Refusal => refuse("invalid_request", "the body cannot be read", [{ path, message }]);
