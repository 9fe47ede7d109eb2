/** Lists of hosts that an org writes down: where something of it (a callback, a tool's request, a secret) may be sent. */
import type { ParsedUrl } from "./public-host.ts";

/** `host` carries the port where it is not the scheme's own (WHATWG URL section 4.1, "host serializing"). */
export type HostedUrl = Pick<ParsedUrl, "hostname"> & { readonly host: string };

/** An entry with a port means that port alone, one without means any; its case says nothing. No entry: nothing is listed. */
export const isListedHost = ({ host, hostname }: HostedUrl, hosts: readonly string[]): boolean =>
  hosts.some((entry) => {
    const listed = entry.toLowerCase();
    return listed === host || listed === hostname;
  });
