/** Switches and their recovery as data, and who may approve one. Pure: every decision brings its time. */
import { type Holder, isOnePerson, PLATFORM_ADMIN_USER } from "../access/person.ts";
import type { Principal } from "../access/principal.ts";
import { type Refusal, refuse } from "../errors/problem.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";
import { type StopScope, scopeText } from "./stops.ts";
import type { RecoveryView, SwitchView } from "./view.ts";

/** A request for recovery that nobody approved within this is void: what was true when it was asked may not be any more. */
export const RECOVERY_LIFETIME_MS = 60 * 60_000;
/** Named as actor where the flag was set by hand: nobody knows whose hand. */
export const DASHBOARD = "dashboard";

/** PERSISTED: the body of a row of `switch`. */
export type Switch = {
  readonly v: 1;
  /** `kill_…` */
  readonly id: string;
  readonly scope: StopScope;
  /** Scrubbed of personal data before it comes here. */
  readonly reason: string;
  readonly thrown: { readonly by: string; readonly at: EpochMs; readonly epoch: number };
  /** When nothing was in flight under it for the first time. */
  readonly drainedAt: EpochMs | null;
  readonly recovered: { readonly by: string; readonly at: EpochMs; readonly epoch: number } | null;
  /** How often people threw it again while it was active. Absent: never. */
  readonly thrownAgain?: number;
  /** The last of these throws. Absent: there was none, or it was before this was kept. `reason` is scrubbed. */
  readonly again?: { readonly by: string; readonly at: EpochMs; readonly reason: string };
};

/** Who throws or asks: a `Principal`, as far as the switch needs to know it. */
export type Actor = Pick<Principal, "org" | "user" | "credential">;
/** Who asks for a recovery. */
export type Asker = Actor &
  Pick<Principal, "credentialCreatedAt" | "credentialCreatedBy" | "platformAdmin"> & {
    /** Absent in requests that were kept before it was. */
    readonly root?: string | null;
  };
/** Who approves one. */
export type Approver = Asker & Pick<Principal, "roles">;

/** PERSISTED: the body of a row of `recovery`. */
export type Recovery = {
  readonly v: 1;
  /** `rec_…` */
  readonly id: string;
  /** The switch it asks to end: a later one of the same scope needs a request of its own. */
  readonly switch: string;
  readonly asker: Asker;
  readonly reason: string;
  readonly at: EpochMs;
  readonly approved: boolean;
  /** The switch's `thrownAgain` when it was asked: whoever throws it again has a new reason, and nobody was asked about that one. */
  readonly thrownAgain?: number;
};

/**
 * The answer to an approval: null when this person may lift this switch now. Who may not hears `second_person_required` before
 * anything about the state is said.
 */
export function refusalOf(recovery: Recovery, thrown: Switch, approver: Approver, at: EpochMs): Refusal | null {
  if (thrown.scope.kind !== "all" && thrown.scope.org !== approver.org && !approver.platformAdmin) return UNKNOWN_RECOVERY;
  const why = whyNotSecond(recovery.asker, thrown, approver);
  if (why !== null) return refuse("second_person_required", why);
  if (recovery.approved) return refuse("conflict", "this recovery was already approved");
  if (thrown.recovered !== null) return refuse("conflict", "the switch that this recovery is about was already lifted");
  if ((recovery.thrownAgain ?? 0) !== (thrown.thrownAgain ?? 0))
    return refuse("conflict", "the switch was thrown again after this recovery was asked for; ask again");
  if (at >= recovery.at + RECOVERY_LIFETIME_MS) return refuse("conflict", "this recovery was not approved in time; ask again");
  return null;
}

/** The answer to somebody who asks for a recovery: null when another admin can approve what this one asks. */
export function refusalOfAsker(asker: Asker, thrown: Switch): Refusal | null {
  return isOlderThan(asker, thrown.thrown.at)
    ? null
    : refuse("second_person_required", `this key was made after the switch was thrown: ask with an older one; ${NEEDED}`);
}

/** The refusal of an id that no recovery has. */
export const UNKNOWN_RECOVERY: Refusal = refuse("not_found", "there is no recovery with this id");

/** docs/contract.md, "People and control": two admins, each with a credential that is older than the throw, neither of which the other made. */
function whyNotSecond(asker: Asker, thrown: Switch, approver: Approver): string | null {
  if (!approver.roles.includes("admin")) return `another admin has to approve; ${NEEDED}`;
  if (thrown.scope.kind === "all" && !approver.platformAdmin) return `another admin of the platform has to approve; ${NEEDED}`;
  if (asker.user === PLATFORM_ADMIN_USER || approver.user === PLATFORM_ADMIN_USER) {
    if (isOnePerson(holderOf(asker), holderOf(approver)))
      return `the platform's own key and the keys it made count as one person: ask again with one admin's own key and approve with another's; ${NEEDED}`;
  }
  if (approver.user === asker.user || approver.credential === asker.credential) return `the one who asks cannot approve; ${NEEDED}`;
  if (madeBy(approver, asker)) return `the one who asks made this key; ${NEEDED}`;
  if (isOnePerson(holderOf(asker), holderOf(approver))) return `one person made both keys, or one made the other's; ${NEEDED}`;
  if (!isOlderThan(approver, thrown.thrown.at)) return `this key was made after the switch was thrown; ${NEEDED}`;
  // A credential made for the asking is somebody's second hand, whatever user it names and whoever made it. Such a request may still be kept.
  if (!isOlderThan(asker, thrown.thrown.at))
    return `the key that asked was made after the switch was thrown: ask again with an older one; ${NEEDED}`;
  return null;
}

const NEEDED = "it takes two admins whose keys existed before the switch was thrown, neither of whom made the other's";

const holderOf = ({ user, root }: Asker): Holder => ({ user, root: root ?? null });

/** The creator may be kept as a user or as a credential. */
const madeBy = (made: Asker, maker: Actor): boolean =>
  made.credentialCreatedBy !== null && [maker.user, maker.credential].includes(made.credentialCreatedBy);

/** The platform admin's key is part of the deployment: it existed before every switch. */
const isOlderThan = (holder: Asker, at: EpochMs): boolean => holder.credential === "admin" || holder.credentialCreatedAt < at;

/** True while somebody may still approve it. `thrown`: the switch that it is about. */
export const isPending = ({ approved, thrownAgain = 0, at: askedAt }: Recovery, thrown: Switch, at: EpochMs): boolean =>
  !approved && thrown.recovered === null && thrownAgain === (thrown.thrownAgain ?? 0) && at < askedAt + RECOVERY_LIFETIME_MS;

/** A switch as HTTP shows it. What was written about `all` may name other orgs: only the platform's admins read it. */
export function switchView(state: Switch, platformAdmin: boolean): SwitchView {
  const { by, at, epoch } = state.recovered ?? state.thrown;
  const shown = (reason: string): string | null => (state.scope.kind === "all" && !platformAdmin ? null : reason);
  const { again } = state;
  return {
    ...{ id: state.id, scope: scopeText(state.scope), active: state.recovered === null, epoch, by, at: toRfc3339(at) },
    reason: shown(state.reason),
    ...(again === undefined ? {} : { thrown_again: { by: again.by, at: toRfc3339(again.at), reason: shown(again.reason) } }),
  };
}

/** A request for recovery as HTTP shows it. */
export const recoveryView = (recovery: Recovery, thrown: Switch): RecoveryView => ({
  id: recovery.id,
  switch: thrown.id,
  scope: scopeText(thrown.scope),
  reason: recovery.reason,
  by: recovery.asker.user,
  at: toRfc3339(recovery.at),
  expires_at: toRfc3339(recovery.at + RECOVERY_LIFETIME_MS),
});
