/** A user's version of a workflow: by the org's split where there is one, else the newest active. */
import { createHash } from "node:crypto";
import { type Layout, slotOf, versionAt } from "../../core/workflow/traffic.ts";
import type { WorkflowVersionView } from "../../core/workflow/view.ts";
import type { WorkflowStore } from "./ports.ts";

/** What choosing a version reads. */
export type VersionReads = {
  readonly layout: (org: string, name: string) => Promise<Layout | null>;
  readonly version: WorkflowStore["get"];
};

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** null: the workflow has no active version. */
export async function chooseVersion(reads: VersionReads, org: string, name: string, user: string): Promise<WorkflowVersionView | null> {
  const layout = await reads.layout(org, name);
  return reads.version(org, name, layout === null ? null : versionAt(layout, slotOf(sha256, org, name, user)));
}
