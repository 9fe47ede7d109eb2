/** Approves a version that an import proposed: from then on it is the tool. The importer cannot, under whatever key. */
import { isOnePerson } from "../../core/access/person.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownName } from "../../core/errors/unknown-name.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { toRfc3339 } from "../../core/time.ts";
import { isSameSource, type ToolOrigin } from "../../core/tool/import/source.ts";
import type { StoredTool } from "../store/ports.ts";
import { denied, onRecordIfOnePerson } from "./access.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

/** The version, in force. */
export async function approveTool(
  ports: UseCasePorts,
  by: Requester,
  { name, version }: { readonly name: string; readonly version: number },
): Promise<Result<StoredTool, Refusal>> {
  const { org, user, root } = by.principal;
  const refusal = await denied(ports, by, "tool.approve");
  if (refusal !== null) return err(refusal);
  const versions = await ports.store.tools.stored(org, [name]);
  if (versions.length === 0) return err(unknownName("tool", name, await ports.store.tools.names(org)));
  const proposed = versions.find(({ manifest }) => manifest.version === version);
  const resource = `tool/${name}@${version}`;
  if (proposed === undefined) {
    const older = await ports.store.tools.get(org, name, version);
    const isReplaced = older !== null || version < (versions[0]?.manifest.version ?? 0);
    return err(
      isReplaced
        ? refuse("conflict", "a newer version of the tool is in force")
        : refuse("not_found", `the tool \`${name}\` has no version ${version}`),
    );
  }
  const { origin } = proposed;
  if (proposed.status === "active" || origin === null) return err(refuse("conflict", "this version is in force already"));
  if (isOnePerson(origin.proposed_by, { user, root })) {
    const why =
      "the one who imported this version cannot approve it, nor can a key that leads back to the same person: somebody else has to approve";
    return err(await onRecordIfOnePerson(ports, by, "tool.approve", resource, refuse("second_person_required", why)));
  }
  const active = versions.find(({ status }) => status === "active");
  if (active !== undefined && (active.origin === null || !isSameSource(active.origin, origin)))
    return err(refuse("conflict", "a tool that was registered by hand, or that comes from elsewhere, has this name now"));
  const approved: ToolOrigin = { ...origin, approved_by: user, approved_at: toRfc3339(by.at) };
  const record = auditRecord(ports, by, {
    type: "tool.approved",
    action: "tool.approve",
    resource,
    decision: "allow",
    data: { proposed_by: origin.proposed_by.user, description_sha256: origin.description_sha256, schema_sha256: origin.schema_sha256 },
  });
  const done = await ports.store.tools.approve(org, name, version, approved, record);
  if (!done) return err(refuse("conflict", "a newer version of the tool is in force, or this one has just been approved"));
  return ok({ ...proposed, status: "active", origin: approved });
}
