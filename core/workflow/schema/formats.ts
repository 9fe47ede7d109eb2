/**
 * The formats that are asserted (2020-12 validation, section 7.3; `format` is an assertion here, as that section allows). Every other one
 * is an annotation. Each takes time linear in the text.
 */
import { isInt64 } from "../int64.ts";
import { isALabel } from "./idn.ts";

type Fits = (text: string) => boolean;

const ALL_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** RFC 3339 section 5.6. */
const isDate: Fits = (text) => {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= (month === 2 && !isLeap ? 28 : (ALL_DAYS[month - 1] ?? 0));
};

/** RFC 3339 sections 5.6 and 5.7: a leap second is the last of a day in UTC. */
const isTime: Fits = (text) => {
  const found = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/.exec(text);
  if (found === null) return false;
  const [hour = 99, minute = 99, second = 99, offHour, offMinute] = [1, 2, 3, 5, 6].map((at) => Number(found[at] ?? 0));
  if (hour > 23 || minute > 59 || second > 60 || (offHour ?? 0) > 23 || (offMinute ?? 0) > 59) return false;
  const offset = ((offHour ?? 0) * 60 + (offMinute ?? 0)) * (found[4] === "-" ? -1 : 1);
  return second < 60 || (hour * 60 + minute - offset + 2_880) % 1_440 === 1_439;
};

const isDateTime: Fits = (text) => /^[Tt]$/.test(text.charAt(10)) && isDate(text.slice(0, 10)) && isTime(text.slice(11));

/** RFC 3339 appendix A, with parts in the middle left out, as ISO 8601 lets them be. */
const isDuration: Fits = (text) =>
  /^P(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)$/.test(text) && !/(?:P|T)$/.test(text);

/** RFC 1123 section 2.1 and RFC 1034 section 3.1; A-labels of RFC 5890. */
const isHostname: Fits = (text) => text.length <= 253 && text.split(".").every(isLabel);

const isLabel: Fits = (label) => {
  if (label.length > 63 || !/^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/.test(label)) return false;
  if (label.slice(2, 4) !== "--") return true;
  return /^xn--/i.test(label) && isALabel(label);
};

/** RFC 2673 section 3.2, without leading zeros. */
const isIpv4: Fits = (text) => /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?=\d)|$)){4}$/.test(text);

/** RFC 4291 section 2.2. */
const isIpv6: Fits = (text) => {
  if (text.length > 45 || !/^[0-9a-fA-F:.]*$/.test(text)) return false;
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const all = groups.flat();
  const last = all.at(-1) ?? "";
  const hasIpv4 = last.includes(".") && !text.endsWith(":");
  const hex = hasIpv4 ? all.slice(0, -1) : all;
  const count = hex.length + (hasIpv4 ? 2 : 0);
  return (
    hex.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) && (!hasIpv4 || isIpv4(last)) && (halves.length === 2 ? count <= 7 : count === 8)
  );
};

/** RFC 5321 section 4.1.2. */
const isEmail: Fits = (text) => {
  const at = text.lastIndexOf("@");
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  const isLocal =
    local.length <= 64 &&
    (/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(local) || /^"(?:[ !#-[\]-~]|\\[ -~])*"$/.test(local));
  if (at < 1 || !isLocal) return false;
  const [, v6, v4] = /^\[(?:IPv6:([0-9A-Fa-f:.]*)|([0-9.]*))\]$/i.exec(domain) ?? [];
  return isHostname(domain) || (v6 !== undefined && isIpv6(v6)) || (v4 !== undefined && isIpv4(v4));
};

/** RFC 3986: the parts (appendix B), then each part's characters. */
const isUriReference: Fits = (text) => {
  const [, , scheme, , authority, path = "", , query = "", , fragment = ""] =
    /^(([^:/?#]+):)?(\/\/([^/?#]*))?([^?#]*)(\?([^#]*))?(#([\s\S]*))?$/.exec(text) ?? [];
  if (scheme !== undefined && !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme)) return false;
  if (scheme === undefined && authority === undefined && /^[^/]*:/.test(path)) return false;
  if (!/^(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/.test(path)) return false;
  if (![query, fragment].every((part) => /^(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*$/.test(part))) return false;
  return authority === undefined || isAuthority(authority);
};

/** Section 3.2: who, where, and a port of digits, which may be missing after its colon. */
const isAuthority: Fits = (text) => {
  const at = text.lastIndexOf("@");
  if (at >= 0 && !/^(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*$/.test(text.slice(0, at))) return false;
  const [, literal, name] = /^(?:\[([^\]]*)\]|((?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*))(?::\d*)?$/.exec(text.slice(at + 1)) ?? [];
  if (literal !== undefined) return isIpv6(literal) || /^v[0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+$/i.test(literal);
  return name !== undefined;
};

const isUri: Fits = (text) => /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) && isUriReference(text);

const FORMATS: ReadonlyMap<string, Fits> = new Map([
  ["date-time", isDateTime],
  ["date", isDate],
  ["time", isTime],
  ["duration", isDuration],
  ["email", isEmail],
  ["hostname", isHostname],
  ["ipv4", isIpv4],
  ["ipv6", isIpv6],
  ["uri", isUri],
  ["uri-reference", isUriReference],
  ["uuid", (text) => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)],
  ["json-pointer", (text) => /^(?:\/(?:[^~/]|~[01])*)*$/.test(text)],
]);

/** Of 2020-12, OpenAPI and the platform itself: annotations, without a warning. */
const ANNOTATED: ReadonlySet<string> = new Set([
  ...["idn-email", "idn-hostname", "iri", "iri-reference", "uri-template", "relative-json-pointer", "regex"],
  ...["int32", "int64", "float", "double", "byte", "binary", "password"],
]);

/**
 * Null: the format is an annotation. `isText`: the schema's `type` takes strings. Only there is `int64` a statement about the text itself;
 * elsewhere the digits are read as the number that they are (int64.ts).
 */
export const formatCheck = (format: string, isText: boolean): Fits | null =>
  FORMATS.get(format) ?? (format === "int64" && isText ? isInt64 : null);

/** Whether the standard, OpenAPI or the platform knows the format. */
export const isKnownFormat = (format: string): boolean => FORMATS.has(format) || ANNOTATED.has(format);
