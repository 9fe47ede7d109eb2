/** Which addresses notices of an org may go to: an admin who puts one into `notify` allows it by that; any other, such as an owner's, needs its host in `callback_hosts`. */
import { isListedHost } from "../../core/net/listed-host.ts";
import { asDestination, type NotifyEntry } from "../../core/notice/destination.ts";

/** True where a notice of an org with these settings may be sent to the address. */
export function isToldHost(
  { notify, callback_hosts: hosts }: { readonly notify: readonly NotifyEntry[]; readonly callback_hosts: readonly string[] },
  url: URL,
): boolean {
  const named = notify.map(asDestination).map((to) => (to.url === undefined || !URL.canParse(to.url) ? null : new URL(to.url).host));
  return isListedHost(url, hosts) || named.includes(url.host) || OFFICIAL.has(url.host);
}

const OFFICIAL: ReadonlySet<string> = new Set(["events.pagerduty.com", "api.opsgenie.com"]);
