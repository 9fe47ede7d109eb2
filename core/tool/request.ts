/**
 * A tool's input as an HTTP request (docs/contract.md, "Tools"): which fields go into the path, the query or the body. Pure: adds no
 * credential, sends nothing. Values are taken as they are; whoever calls has opened and checked them.
 */
import { isObject, type Json } from "../json.ts";
import { err, ok, type Result } from "../result.ts";
import { fixedNames } from "./fixed-query.ts";
import type { HttpBinding } from "./manifest.ts";

/** The request that a call becomes, without its headers. */
export type HttpRequestParts = {
  readonly url: string;
  readonly method: HttpBinding["method"];
  /** null: the method has none. */
  readonly body: string | null;
  /** The binding's own headers, without those that only the gateway sets. */
  readonly headers: { readonly [name: string]: string };
};

/** Why an input cannot be sent; `field` is a name from the binding or the input, never a value. */
export type RequestRefusal = {
  readonly reason: "url" | "field_missing" | "field_not_scalar" | "field_unsafe" | "field_fixed" | "input_not_object";
  readonly field: string;
};

/** Scheme, authority, path, query of an absolute http(s) URL; the fragment never leaves. */
const URL_PARTS = /^(https?:\/\/[^/?#\\\s]+)([^?#\\\s]*)(\?[^#\s]*)?(?:#.*)?$/i;
const FIELD = /\{([A-Za-z0-9_.-]+)\}/g;

/** The input fields that a URL takes into its path, each once. */
export const fieldsInPath = (url: string): readonly string[] => [
  ...new Set(Array.from((URL_PARTS.exec(url)?.[2] ?? "").matchAll(FIELD), ([, field = ""]) => field)),
];

/** Asks of a field whether the URL's own query has a parameter of that name, which no input takes the place of. */
export const isFixedBy = (url: string): ((field: string) => boolean) => fixedNames(URL_PARTS.exec(url)?.[3] ?? "");

/** Headers that carry the gateway's word, or the transport's. */
const GATEWAY_HEADERS = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "host",
  "idempotency-key",
  "traceparent",
  "tracestate",
  "content-type",
  "content-length",
  "transfer-encoding",
  "connection",
  "upgrade",
  "expect",
  "te",
  "trailer",
]);

/** True for a header that a manifest may not set. */
export const isGatewayHeader = (name: string): boolean =>
  GATEWAY_HEADERS.has(name.toLowerCase()) || name.toLowerCase().startsWith("bulkhead-") || name.toLowerCase().startsWith("cf-");

/** Puts an input into a request, written as JSON by `write`; refuses a field that the path cannot take. */
export function toolRequest(
  binding: HttpBinding,
  input: Json,
  write: (input: Json) => string = JSON.stringify,
): Result<HttpRequestParts, RequestRefusal> {
  const parts = URL_PARTS.exec(binding.url);
  if (parts === null || /[{}@]/.test(parts[1] ?? "")) return err({ reason: "url", field: "" }); // never a field in the host
  const fields = isObject(input) ? input : {};
  const path = fillPath(parts[2] ?? "", fields);
  if (!path.ok) return path;
  const base = `${parts[1]}${path.value.text === "" ? "/" : path.value.text}`;
  const headers = Object.fromEntries(Object.entries(binding.headers).filter(([name]) => !isGatewayHeader(name)));
  const { method } = binding;
  if (method !== "GET" && method !== "DELETE") {
    if (binding.query === undefined) return ok({ url: base + (parts[3] ?? ""), method, body: write(input), headers });
    const apart = new Set([...path.value.used, ...binding.query]);
    const [inQuery, inBody] = [true, false].map((isApart) => pick(fields, (name) => apart.has(name) === isApart));
    const query = fillQuery(parts[3] ?? "", inQuery ?? {}, path.value.used);
    return query.ok ? ok({ url: base + query.value, method, body: write(inBody ?? {}), headers }) : query;
  }
  if (input !== null && !isObject(input)) return err({ reason: "input_not_object", field: "" });
  const query = fillQuery(parts[3] ?? "", fields, path.value.used);
  return query.ok ? ok({ url: base + query.value, method, body: null, headers }) : query;
}

function fillPath(template: string, fields: { [name: string]: Json }): Result<{ text: string; used: ReadonlySet<string> }, RequestRefusal> {
  const used = new Set<string>();
  const segments: string[] = [];
  for (const segment of template.split("/")) {
    let refusal: RequestRefusal | null = null;
    const text = segment.replace(FIELD, (_, field: string) => {
      used.add(field);
      const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
      const scalar = scalarText(value);
      if (scalar !== null && scalar !== "" && scalar.isWellFormed()) return encodeURIComponent(scalar);
      refusal ??= {
        reason: value === undefined || value === null ? "field_missing" : scalar === null ? "field_not_scalar" : "field_unsafe",
        field,
      };
      return "";
    });
    if (refusal !== null) return err(refusal);
    // `.` and `..` survive percent-encoding and would climb out of the path (RFC 3986 section 5.2.4).
    if (text !== segment && /^\.{1,2}$/.test(text)) return err({ reason: "field_unsafe", field: segment.slice(1, -1) });
    segments.push(text);
  }
  return ok({ text: segments.join("/"), used });
}

function fillQuery(fixed: string, fields: { [name: string]: Json }, inPath: ReadonlySet<string>): Result<string, RequestRefusal> {
  const pairs: string[] = [];
  const isFixed = fixedNames(fixed);
  for (const [field, value] of Object.entries(fields)) {
    if (inPath.has(field) || value === null) continue;
    if (isFixed(field)) return err({ reason: "field_fixed", field });
    const scalar = scalarText(value);
    if (scalar === null) return err({ reason: "field_not_scalar", field });
    if (!scalar.isWellFormed() || !field.isWellFormed()) return err({ reason: "field_unsafe", field });
    pairs.push(`${encodeURIComponent(field)}=${encodeURIComponent(scalar)}`);
  }
  if (pairs.length === 0) return ok(fixed === "?" ? "" : fixed);
  return ok(fixed === "" || fixed === "?" ? `?${pairs.join("&")}` : `${fixed}&${pairs.join("&")}`);
}

const pick = (fields: { [name: string]: Json }, wanted: (name: string) => boolean): { [name: string]: Json } =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => wanted(name)));

const scalarText = (value: Json | undefined): string | null =>
  typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : null;

/** Why an input cannot be sent, in words. `at`: the field as a part of a sentence (`placeIn`), since an input's own names may be anybody's words. */
export function whyUnsent({ reason, field }: RequestRefusal, at: string): string {
  switch (reason) {
    case "url":
      return "the tool's URL is invalid";
    case "input_not_object":
      return "the input must be an object: its fields become the query of the tool's URL";
    case "field_missing":
      return `the input lacks \`${field}\`, which the tool's URL needs`;
    case "field_not_scalar":
      return `${at} of the input must be a string, a number, true or false: it goes into the tool's URL`;
    case "field_fixed":
      return `${at} of the input has the name of a query parameter that the tool's URL fixes: leave it out`;
    case "field_unsafe":
      return `${at} of the input cannot stand in the tool's URL: it is empty, \`.\`, \`..\` or not well-formed`;
  }
}
