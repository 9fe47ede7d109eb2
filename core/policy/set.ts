/** Versions of an org's policies, and how one comes into force. Pure: every decision brings its time. */
import { type Holder, isOnePerson, PLATFORM_ADMIN_USER } from "../access/person.ts";
import type { Principal } from "../access/principal.ts";
import { type Refusal, refuse } from "../errors/problem.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";
import type { PermissionRule } from "./permissions.ts";

/** `policies`: Cedar that a person wrote. `permissions`: the permission matrix. An org has at most one of each in force. */
export type SetKind = "policies" | "permissions";

/** PERSISTED: the content of a version, as JSON. */
export type SetContent =
  | { readonly kind: "policies"; readonly cedar: string }
  | { readonly kind: "permissions"; readonly rules: readonly PermissionRule[] };

/** One version. `version`: 32 hex digits of the SHA-256 of its content. */
export type SetVersion = {
  readonly version: string;
  readonly content: SetContent;
  readonly note: string | null;
  readonly createdAt: EpochMs;
  readonly createdBy: string;
};

/** What is in force in an org. */
export type ActiveSets = { readonly policies: SetVersion | null; readonly permissions: SetVersion | null };

/** Who asks for an activation, or approves one: a `Principal`, as far as it matters. PERSISTED. */
export type ActivationPerson = Holder & { readonly credential: string };

/** A request to put a version in force. */
export type Activation = {
  /** `act_…` */
  readonly id: string;
  readonly kind: SetKind;
  readonly version: string;
  readonly reason: string;
  readonly asker: ActivationPerson;
  readonly requestedAt: EpochMs;
  readonly status: "pending" | "active" | "superseded";
  readonly approvedBy: string | null;
  readonly activatedAt: EpochMs | null;
};

/** A request that nobody approved within this is void: what was true when it was made may not be any more. */
export const ACTIVATION_LIFETIME_MS = 7 * 24 * 60 * 60_000;

/** The credential as a person, for an activation. */
export const personOf = ({ user, root, credential }: Principal): ActivationPerson => ({ user, root, credential });

/** The answer to an approval: null when this person may put this version in force now. */
export function refusalOfApproval(activation: Activation, approver: ActivationPerson, at: EpochMs): Refusal | null {
  const { asker } = activation;
  if (asker.credential === approver.credential || isOnePerson(asker, approver)) {
    const platforms = [asker.user, approver.user].includes(PLATFORM_ADMIN_USER);
    const why = platforms ? "the platform's own key and the keys it made count as one person" : "one person cannot ask and approve";
    return refuse("second_person_required", `${why}: another admin, whose key the first one did not make, has to approve`);
  }
  if (activation.status !== "pending") return refuse("conflict", "this activation was already approved");
  if (at >= activation.requestedAt + ACTIVATION_LIFETIME_MS)
    return refuse("conflict", "this activation was not approved within 7 days; ask again");
  return null;
}

/** A version as HTTP shows it. `draft`: it is not in force. */
export const versionView = ({ version, content, note, createdAt, createdBy }: SetVersion, active: ActiveSets) => ({
  version,
  status: active.policies?.version === version || active.permissions?.version === version ? ("active" as const) : ("draft" as const),
  note,
  created_at: toRfc3339(createdAt),
  created_by: createdBy,
  ...(content.kind === "policies" ? { cedar: content.cedar } : { rules: content.rules.map((rule) => ({ ...rule })) }),
});

/** An activation as HTTP shows it. */
export const activationView = ({ id, kind, version, reason, asker, requestedAt, status, approvedBy, activatedAt }: Activation) => ({
  id,
  kind,
  version,
  status,
  reason,
  requested_by: asker.user,
  requested_at: toRfc3339(requestedAt),
  approved_by: approvedBy,
  activated_at: activatedAt === null ? null : toRfc3339(activatedAt),
});
