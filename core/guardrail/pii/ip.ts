/**
 * Internet addresses: IPv4 in four decimal parts, IPv6 in every text form of RFC 4291 section 2.2. Version numbers, times, loopback
 * and unspecified addresses are none.
 */
import type { Finding } from "../finding.ts";
import { type Detector, finding, matchesFrom, wordsBefore } from "./detector.ts";

const PART = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
/** What stands behind a version and behind no address: `1.3.1.10-rc1`, `8.13.5.6.dev0`, `1.2.3.4+build.7`. */
const RELEASE = "(?:[-.+~](?:rc|alpha|beta|dev|pre|post|snapshot|build|final|ga|sp|release|hotfix|nightly|canary|ubuntu|deb|el)(?![a-z]))";
const V4 = new RegExp(`(?<![\\w.])${PART}(?:\\.${PART}){3}(?!\\w|\\.\\d|${RELEASE})`, "g");
/** `v1.2.3.4`, `version 10.0.0.1`: four parts alone make no address. */
const VERSION =
  /(?:\bv|\bver\.?|version|release|build|firmware|revision|\brev\.?|chrome\/|safari\/|section|abschnitt|chapter|§)["']?\s{0,2}[:=]?\s{0,2}["']?$/;
/** A product in a User-Agent (`Edg/120.0.0.0`), or a range of versions. */
const PRODUCT =
  /(?:^|[\s("',;])(?!(?:ip|addr|address|host|client|server|from|to|peer|src|dst|source|remote|inet)\/)[a-z][\w.-]{0,31}\/ ?$|(?:[<>~]=|~>|\^)\s?["']?$/;
/** Loopback, unspecified, and masks: they name no machine of anybody (RFC 1122 section 3.2.1.3, RFC 4632). */
const NOBODY_V4 = /^(?:127\.\d+\.\d+\.\d+|0\.0\.0\.0|255\.\d+\.\d+\.\d+)$/;
const V6_CANDIDATE = /(?<![\w:.])[0-9a-f:][0-9a-f:.]{1,44}(?:%[\w.-]{1,16})?(?![\w:])/gi;

export const ipAddresses: Detector = {
  type: "IP",
  names: ["ipv4", "ipv6"],
  stage: "first",
  // IPv6 with a zone (RFC 4007 section 11).
  longest: 45 + 17,
  mayFind: ({ digits, dots, colons }) => colons >= 2 || (dots >= 3 && digits >= 4),
  find: (text, from, field) => [...findV4(text, from, field), ...findV6(text, from)],
  samples: {
    hits: ["host «192.168.7.3»", "from «2001:db8::1», today", "«fe80::1ff:fe23:4567:890a%eth2»"],
    misses: [
      "version 10.0.0.1",
      "pkg 1.3.1.10-rc1, 8.13.5.6.dev0",
      "nginx/ 1.28.7.9",
      "1.2.3.400",
      "12:30:45",
      "std::vector",
      "00:1A:2B:3C:4D:5E",
      "http://127.0.0.1:3000",
      "0.0.0.0:8080",
      "http://[::1]:3000",
      "Edg/120.0.0.0",
    ],
  },
};

function findV4(text: string, from: number, context: string): Finding[] {
  const found: Finding[] = [];
  for (const { 0: address, index } of matchesFrom(V4, text, from)) {
    if (NOBODY_V4.test(address)) continue;
    const before = wordsBefore(text, index, context);
    if (VERSION.test(before) || PRODUCT.test(before)) continue;
    found.push(finding("IP", index, index + address.length, 0.9, "ipv4"));
  }
  return found;
}

function findV6(text: string, from: number): Finding[] {
  const found: Finding[] = [];
  if (!text.includes(":")) return found;
  for (const { 0: candidate, index } of matchesFrom(V6_CANDIDATE, text, from)) {
    // What ends the sentence ("from 2001:db8::1:", "to fe80::1.") is not part of the address.
    const address = candidate.replace(/(?<=[0-9a-f]|::)[.:]$/i, "");
    if (!address.includes(":") || !isV6(address) || isNobody(address)) continue;
    const isSlice = text[index - 1] === "[" && /[\w)\]]/.test(text[index - 2] ?? " ");
    if (!isSlice) found.push(finding("IP", index, index + address.length, 0.95, "ipv6"));
  }
  return found;
}

/** `::`, `::1` (RFC 4291 sections 2.5.2 and 2.5.3), however long they are written, and those of IPv4. */
function isNobody(text: string): boolean {
  const [address = ""] = text.split("%");
  if (/^[0:]*:0*1?$/.test(address)) return true;
  const tail = /^(?:0{0,4}:){2,5}(?:ffff:)?(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  return tail !== undefined && NOBODY_V4.test(tail);
}

function isV6(text: string): boolean {
  const [address = ""] = text.split("%");
  const halves = address.split("::");
  if (halves.length > 2) return false;
  const tail = /(?:^|:)(\d+(?:\.\d+){3})$/.exec(address)?.[1];
  if (tail !== undefined && !new RegExp(`^${PART}(?:\\.${PART}){3}$`).test(tail)) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const hex = tail === undefined ? groups : groups.slice(0, -1);
  if (!hex.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  const count = hex.length + (tail === undefined ? 0 : 2);
  if (halves.length === 1) return count === 8;
  if (count > 7) return false;
  // `a::b` is a name in C++ and `1::2` a slice in Python: a short form needs a prefix that is in use, or three groups.
  return count >= 3 || /^(?:2[0-9a-f]{3}|3[0-9a-f]{3}|fe[89ab][0-9a-f]|f[cdf][0-9a-f]{2}|64:ff9b|100):/i.test(address);
}
