/** Which hosts are an org's own: a call to one of them leaves the platform, and not the org. */
import { type HostedUrl, isListedHost } from "./listed-host.ts";
import { isPrivateHost } from "./public-host.ts";

/** `listed`: the org's `egress`. An org without that list (null) owns the hosts of its private network only. */
export const isOwnHost = (url: HostedUrl, listed: readonly string[] | null): boolean =>
  listed === null ? isPrivateHost(url.hostname) : isListedHost(url, listed);
