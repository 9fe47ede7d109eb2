/** An owner whom no notice reaches and behind whom nobody stands: a workflow that fails then tells nobody in particular. */
import type { Definition } from "../definition.ts";
import type { OwnerStanding, Surroundings, Warning } from "./warning.ts";

const SAYS: { readonly [S in Exclude<OwnerStanding, "known">]: string } = {
  unknown:
    "is no address, and no user of the org has this name: no notice reaches it, and nobody stands behind it; name a user who holds a key or signs in, an address of mail, or a URL",
  mail_not_sent: "is an address of mail, and this deployment sends none: no notice reaches it (docs/notices.md); name a URL, or a user",
  host_not_listed: "is a URL whose host is not in the org's `callback_hosts`: no notice reaches it until PUT /v1/orgs/{org} lists the host",
};

/** One at most. */
export const ownerWarnings = ({ owner }: Definition, { standing = "known" }: Surroundings): Warning[] =>
  owner === undefined || standing === "known" ? [] : [{ path: "/owner", message: `\`owner\` ${SAYS[standing]}` }];
