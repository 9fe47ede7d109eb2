/** Address ranges (RFC 4632 for IPv4, RFC 4291 section 2.3 for IPv6), as text in and a yes or no out. Pure. */
type Address = { readonly bits: 32 | 128; readonly value: bigint };
type Range = Address & { readonly prefix: number };

const MAPPED_PREFIX = 0xffffn; // ::ffff:0:0/96, RFC 4291 section 2.5.5.2

/** True when `text` is a range such as `10.0.0.0/8` or `2001:db8::/32`, or a single address. */
export const isCidr = (text: string): boolean => parseRange(text) !== null;

/** True when the address lies in one of the ranges. What cannot be read lies in none. */
export function inRanges(address: string, ranges: readonly string[]): boolean {
  const candidate = parseAddress(address);
  if (candidate === null) return false;
  return ranges.some((text) => {
    const range = parseRange(text);
    if (range === null || range.bits !== candidate.bits) return false;
    const shift = BigInt(range.bits - range.prefix);
    return candidate.value >> shift === range.value >> shift;
  });
}

function parseRange(text: string): Range | null {
  const [addressText, prefixText, ...rest] = text.split("/");
  if (addressText === undefined || rest.length > 0) return null;
  const plain = parsePlain(addressText);
  if (plain === null) return null;
  if (prefixText !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefixText)) return null;
  const prefix = prefixText === undefined ? plain.bits : Number(prefixText);
  if (prefix > plain.bits) return null;
  const address = unmapped(plain);
  if (address.bits === plain.bits) return { ...address, prefix };
  // A range of mapped addresses is the IPv4 range it maps; a wider one would take in addresses that are not mapped.
  return prefix < 96 ? { ...plain, prefix } : { ...address, prefix: prefix - 96 };
}

function parseAddress(text: string): Address | null {
  const plain = parsePlain(text);
  return plain === null ? null : unmapped(plain);
}

const parsePlain = (text: string): Address | null => parseIpv4(text) ?? parseIpv6(text);

const unmapped = (address: Address): Address =>
  address.bits === 128 && address.value >> 32n === MAPPED_PREFIX ? { bits: 32, value: address.value & 0xffff_ffffn } : address;

function parseIpv4(text: string): Address | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return null;
  return { bits: 32, value: parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n) };
}

function parseIpv6(text: string): Address | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head, tail] = [groupsOf(halves[0] ?? ""), halves.length === 2 ? groupsOf(halves[1] ?? "") : []];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array<bigint>(missing).fill(0n), ...tail];
  return { bits: 128, value: groups.reduce((sum, group) => (sum << 16n) | group, 0n) };
}

/** The 16-bit groups of one side of `::`; an IPv4 address at the end makes two. */
function groupsOf(text: string): bigint[] | null {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: bigint[] = [];
  for (const [index, part] of parts.entries()) {
    const ipv4 = index === parts.length - 1 ? parseIpv4(part) : null;
    if (ipv4 !== null) groups.push(ipv4.value >> 16n, ipv4.value & 0xffffn);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`));
    else return null;
  }
  return groups;
}
