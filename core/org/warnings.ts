/** What an admin probably did not mean: settings that are taken and have no effect. Pure. */
import type { FieldError } from "../errors/problem.ts";
import { asDestination } from "../notice/destination.ts";
import type { OrgChange } from "./settings.ts";

/** What a change will probably mislead in. `days`: the org's `retention_days` after it; `sendsMail`: the deployment has a service of mail. */
export function warningsOfChange(change: Pick<OrgChange, "notify" | "retention">, days: number, sendsMail: boolean): readonly FieldError[] {
  const unsent = (change.notify ?? []).flatMap((entry, index) =>
    !sendsMail && asDestination(entry).kind === "email"
      ? [{ path: `/notify/${index}`, message: "no mail is sent: whoever deploys has to set `MAIL_API_URL` (docs/notices.md)" }]
      : [],
  );
  const { audit_years: _years, ...classes } = change.retention ?? {};
  const shorter = Object.entries(classes).flatMap(([name, asked]) =>
    typeof asked === "number" && asked > days
      ? [{ path: `/retention/${name}`, message: `has no effect on runs: \`retention_days\` is ${days}, and the shorter of both holds` }]
      : [],
  );
  return [...unsent, ...shorter];
}
