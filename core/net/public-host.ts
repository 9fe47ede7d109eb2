/**
 * Which addresses of the outside a deployment may call: https and public hosts, unless it allows private ones (docs/contract.md,
 * "Who calls"). Judges a URL by its text; what a public name resolves to is the resolver's to say.
 */

/** Why a URL is not called. */
export type HostRefusal = "malformed" | "credentials_in_url" | "not_https" | "private_host";

/** What `URL` says of an address: core has no URL parser, and a second one would disagree with the one that fetches. */
export type ParsedUrl = { readonly protocol: string; readonly hostname: string; readonly username: string; readonly password: string };

/** null: may be called. `hostname` is as WHATWG URL normalises it: lower case, IPv4 in dotted form, IPv6 in brackets. */
export function refuseHost(url: ParsedUrl, allowPrivate: boolean): HostRefusal | null {
  if (url.protocol !== "https:" && url.protocol !== "http:") return "malformed";
  if (url.username !== "" || url.password !== "") return "credentials_in_url";
  if (allowPrivate) return null;
  if (url.protocol !== "https:") return "not_https";
  return isPrivateHost(url.hostname) ? "private_host" : null;
}

/** Loopback, private, link-local, reserved and multicast addresses, and names that only a private network knows. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.+$/, "");
  if (host.startsWith("[")) return isPrivateV6(host.slice(1, -1));
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(host)) return isPrivateV4(host.split(".").map(Number));
  if (!host.includes(".")) return true; // a single label resolves in a private network only
  return PRIVATE_SUFFIXES.some((suffix) => host.endsWith(suffix));
}

/** RFC 6761 (localhost, test, invalid), RFC 6762 (local), RFC 8375 (home.arpa), RFC 9476 (alt), ICANN's `internal`, and usual private zones. */
const PRIVATE_SUFFIXES = [
  ".localhost",
  ".local",
  ".internal",
  ".intranet",
  ".lan",
  ".home.arpa",
  ".test",
  ".invalid",
  ".alt",
  ".corp",
  ".home",
];

/** Not globally reachable by IANA's IPv4 special-purpose registry (RFC 6890 and its updates), and multicast. */
function isPrivateV4(bytes: readonly number[]): boolean {
  const [a = 0, b = 0, c = 0] = bytes;
  if (a === 0 || a === 10 || a === 127 || a >= 224) return true;
  if (a === 100 && b >= 64 && b <= 127) return true; // shared address space, RFC 6598
  if (a === 169 && b === 254) return true; // link-local, and the metadata services of clouds
  if (a === 172 && b >= 16 && b <= 31) return true;
  if (a === 192 && b === 168) return true;
  if (a === 192 && b === 0 && (c === 0 || c === 2)) return true;
  if (a === 192 && b === 88 && c === 99) return true;
  if (a === 198 && (b === 18 || b === 19)) return true; // benchmarking, RFC 2544
  return (a === 198 && b === 51 && c === 100) || (a === 203 && b === 0 && c === 113); // documentation, RFC 5737
}

/** Global unicast is 2000::/3; of it, what carries or documents something else is refused too (RFC 6890). */
function isPrivateV6(text: string): boolean {
  const groups = expandV6(text);
  if (groups === null) return true;
  const [first = 0, second = 0] = groups;
  const embedded = [(groups[6] ?? 0) >> 8, (groups[6] ?? 0) & 255, (groups[7] ?? 0) >> 8, (groups[7] ?? 0) & 255];
  if (first === 0x64 && second === 0xff9b) return groups[2] !== 0 || isPrivateV4(embedded); // NAT64, RFC 6052 and RFC 8215
  if (first < 0x2000 || first > 0x3fff) return true; // ::, ::1, mapped IPv4, fc00::/7, fe80::/10, ff00::/8 …
  if (first === 0x2002) return true; // 6to4 carries an IPv4 address
  if (first === 0x2001 && (second < 0x200 || second === 0xdb8)) return true; // Teredo, ORCHID, benchmarking; documentation
  return first === 0x3fff && second < 0x1000; // documentation, RFC 9637
}

function expandV6(text: string): number[] | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const read = (half: string | undefined): number[] =>
    half === undefined || half === "" ? [] : half.split(":").map((group) => Number.parseInt(group, 16));
  const head = read(halves[0]);
  const tail = read(halves[1]);
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return groups.every((group) => Number.isInteger(group) && group >= 0 && group <= 0xffff) ? groups : null;
}
