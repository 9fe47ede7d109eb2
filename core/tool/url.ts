/** Addresses that developers register: absolute, printable, without credentials, and public unless private hosts are allowed. */
import { isPrivateHost } from "./hosts.ts";

/** What an address may be. */
export type UrlRule = {
  readonly allowPrivateHosts: boolean;
  /** May `{field}` stand in the path? */
  readonly fields: boolean;
};

const MAX_URL_LENGTH = 2_048;
const PARTS = /^(https?):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/i;
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.?)(:\d{1,5})?$/i;
const FIELD = /\{[A-Za-z0-9_.-]+\}/g;

/** null, or why the URL is not taken. */
export function flawOfUrl(url: string, rule: UrlRule): string | null {
  if (url.length > MAX_URL_LENGTH) return `is longer than ${MAX_URL_LENGTH} characters`;
  if (!/^[\x21-\x7e]+$/.test(url) || url.includes("\\")) return "has a character that a URL cannot have";
  const parts = PARTS.exec(url);
  if (parts === null) return "must be an absolute http or https URL";
  const [, scheme = "", authority = "", path = "", query = "", fragment] = parts;
  if (authority.includes("@")) return "must not carry credentials: use a `secret`";
  if (/[{}]/.test(authority)) return "cannot take a field in its host";
  const host = HOST.exec(authority);
  if (host === null || (host[1] ?? "").includes("..")) return "has no valid host";
  const port = (host[3] ?? "").slice(1);
  if (port !== "" && (Number(port) < 1 || Number(port) > 65_535)) return "has no valid port";
  if (fragment !== undefined) return "must not have a fragment";
  if (/[{}]/.test(query)) return "can take a field in its path only";
  if (/[{}]/.test(rule.fields ? path.replace(FIELD, "") : path))
    return rule.fields ? "has a malformed `{field}` in its path" : "cannot take a field";
  if (rule.allowPrivateHosts) return null;
  if (scheme.toLowerCase() !== "https") return "must be https";
  return isPrivateHost(host[1] ?? "") ? "must not point to a private host" : null;
}
