/** Lists of hosts that an org writes down: where something of it may be sent. */
import type { ParsedUrl } from "./public-host.ts";

/** `host` carries the port where it is not the scheme's own (WHATWG URL section 4.1, "host serializing"). */
export type HostedUrl = Pick<ParsedUrl, "hostname"> & { readonly host: string };

/** An entry with a port means that port alone, one without means any. No entry: nothing is listed. */
export function isListedHost(url: HostedUrl, hosts: readonly string[]): boolean {
  return hosts.some((host) => host === url.host || host === url.hostname);
}
