/**
 * Hosts as a developer writes them, before a URL parser has normalised them: an IPv4 address may be written in octal, in hex, in
 * one number (WHATWG URL section 3.5), and each of these must be seen for what it is.
 */
import { isPrivateHost as isPrivateNormalised } from "../net/public-host.ts";

/** Loopback, private, link-local, reserved and internal names, in any way of writing. What cannot be read is private. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  if (host === "" || host.includes("%")) return true;
  if (host.startsWith("[")) return !/^\[[0-9a-f:]+\]$/.test(host) || isPrivateNormalised(host); // no embedded IPv4, no zone
  return isOddAddress(host) || isPrivateNormalised(host);
}

/** An IPv4 address in octal, in hex, or in fewer than four numbers. */
export function isOddAddress(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return /^(\d+|0x[0-9a-f]*)$/.test(host.slice(host.lastIndexOf(".") + 1)) && !isPlainIpv4(host);
}

/** Four decimal numbers up to 255, without leading zeros: the one way of writing that means the same to everybody. */
const isPlainIpv4 = (host: string): boolean =>
  /^(\d{1,3}\.){3}\d{1,3}$/.test(host) && host.split(".").every((part) => String(Number(part)) === part && Number(part) <= 255);
