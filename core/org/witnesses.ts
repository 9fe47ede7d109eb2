/**
 * Who witnesses an org's audit log. Two people change the list: whoever could change it alone could take out the witnesses that would tell
 * of a forged history. Pure.
 */
import { isOnePerson, PLATFORM_ADMIN_USER } from "../access/person.ts";
import { type Refusal, refuse } from "../errors/problem.ts";
import type { ActivationPerson } from "../policy/set.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";
import type { OrgWitness } from "./settings.ts";

/** Maximum witnesses of an org: each is asked at every checkpoint. */
export const MOST_WITNESSES = 8;

/** A list that one person asked for. PERSISTED: D1 table `witness_changes`. */
export type WitnessChange = {
  /** `wit_…` */
  readonly id: string;
  readonly witnesses: readonly OrgWitness[];
  readonly asker: ActivationPerson;
  readonly requestedAt: EpochMs;
};

/** A request that nobody approved within this is void. */
const LIFETIME_MS = 7 * 24 * 60 * 60_000;

/** null when this person may put the list in force now. */
export function refusalOfSecond({ asker, requestedAt }: WitnessChange, second: ActivationPerson, at: EpochMs): Refusal | null {
  if (asker.credential === second.credential || isOnePerson(asker, second)) {
    const platforms = [asker.user, second.user].includes(PLATFORM_ADMIN_USER);
    const why = platforms ? "the platform's own key and the keys it made count as one person" : "one person cannot ask and approve";
    return refuse("second_person_required", `${why}: another admin, whose key the first one did not make, has to approve`);
  }
  if (at >= requestedAt + LIFETIME_MS) return refuse("conflict", "this change was not approved within 7 days; ask again");
  return null;
}

/** True when both name the same witnesses in the same order. */
export const sameWitnesses = (one: readonly OrgWitness[], other: readonly OrgWitness[]): boolean =>
  JSON.stringify(one.map(({ name, url, key }) => [name, url, key])) === JSON.stringify(other.map(({ name, url, key }) => [name, url, key]));

/** A change as HTTP shows it. */
export const witnessChangeView = ({ id, witnesses, asker, requestedAt }: WitnessChange) => ({
  id,
  witnesses: witnesses.map((witness) => ({ ...witness })),
  requested_by: asker.user,
  requested_at: toRfc3339(requestedAt),
});
