/** The fields that only a tool of kind `http` has: where it is and how it is asked. Reads them from a manifest, adds what is wrong to the form. */
import { escapeToken, isObject } from "../json.ts";
import { type Form, shortName } from "../workflow/form.ts";
import type { HttpBinding } from "./manifest.ts";
import { isGatewayHeader } from "./request.ts";
import { flawOfUrl, type UrlRule } from "./url.ts";

/** The form of a secret's name: at most 63 characters. */
export const SECRET_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
/** RFC 9110 section 5.6.2: a token. */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
/** RFC 9110 section 5.5: visible characters, and spaces between them. */
const HEADER_VALUE = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

/** Total: a field that is refused reads as its default. */
export function readHttp(form: Form, { allowPrivateHosts }: Pick<UrlRule, "allowPrivateHosts">): HttpBinding {
  const http = form.form("http");
  if (http === null) {
    form.refuse("http", "`http` is missing");
    return { url: "", method: "POST", headers: {}, secret: null };
  }
  const url = http.text("url", { max: 4_096 });
  const flaw = url === "" ? null : flawOfUrl(url, { allowPrivateHosts, fields: true });
  if (flaw !== null) http.refuse("url", `\`url\` ${flaw}`);
  const secret = http.json("secret");
  const query = http.json("query");
  const binding: HttpBinding = {
    url,
    method: http.choice("method", ["GET", "POST", "PUT", "PATCH", "DELETE"] as const, "POST"),
    headers: readHeaders(http),
    secret: secret === undefined || secret === null ? null : http.text("secret", { max: 63, pattern: SECRET_NAME }),
    ...(query === undefined || query === null ? {} : { query: http.texts("query", { max: 128, min: 1, most: 100 }) }),
  };
  http.close();
  return binding;
}

function readHeaders(http: Form): { readonly [name: string]: string } {
  const raw = http.json("headers");
  if (raw === undefined || raw === null) return {};
  if (!isObject(raw)) {
    http.refuse("headers", "`headers` must be an object");
    return {};
  }
  const entries = Object.entries(raw);
  if (entries.length > 50) http.refuse("headers", "`headers` has more than 50 headers");
  const seen = new Set<string>();
  for (const [name, value] of entries) {
    const path = `${http.at("headers")}/${escapeToken(name)}`;
    if (!HEADER_NAME.test(name)) http.errors.add(path, "this is not a valid header name");
    else if (isGatewayHeader(name)) http.errors.add(path, `only the gateway sets the header \`${shortName(name)}\``);
    else if (seen.has(name.toLowerCase())) http.errors.add(path, `the header \`${shortName(name)}\` is set twice`);
    else if (typeof value !== "string" || value.length > 4_096 || !HEADER_VALUE.test(value)) {
      http.errors.add(path, `the value of \`${shortName(name)}\` must be a line of printable ASCII`);
    }
    seen.add(name.toLowerCase());
  }
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
