/** Which run and which user an entry is listed under (`?run=`, `?user=`): derived from what was hashed, so that the index can be checked. */
import { hasIdForm } from "../ids.ts";
import { isObject } from "../json.ts";
import type { AuditRecord } from "./record.ts";

/** The run and the user that an entry is listed under; null where it has none. */
export type Belonging = { readonly run: string | null; readonly user: string | null };

/**
 * Run: the one in `resource` (`run/{id}`, `run/{id}/{step}`), else `data.run` when it has the form of a run's id (a review, a dead
 * letter). User: the person who acted; where something else acted (agent, system), the person it acted for, `data.user`.
 */
export function belongsTo(record: Pick<AuditRecord, "actor" | "resource" | "data">): Belonging {
  const data = isObject(record.data) ? record.data : {};
  const [kind, id] = record.resource.split("/");
  const candidate = kind === "run" ? id : data["run"];
  const user = record.actor.type === "user" ? record.actor.id : data["user"];
  return {
    run: typeof candidate === "string" && hasIdForm("run", candidate) ? candidate : null,
    user: typeof user === "string" && user !== "" ? user : null,
  };
}
