/** What an org says of money beside what its calls cost: the price of people's time, and the worth of what its workflows do. Pure. */
import { type PeoplePrice, type PeopleRate, peopleRateOf } from "../costs/people.ts";
import type { FieldError } from "../errors/problem.ts";

/** What a completed run of a workflow is worth: minutes of work that nobody has to do, and dollars beside them. */
export type OutcomeValue = { readonly workflow: string; readonly minutes_saved?: number; readonly success_usd?: number };

/** An org's choice. What is absent has no price. */
export type OrgCosts = { readonly people?: PeoplePrice; readonly outcomes?: readonly OutcomeValue[] };

/** What of it a run keeps from its start. */
export const peopleOf = ({ people }: OrgCosts): { readonly people?: PeopleRate } =>
  people === undefined ? {} : { people: peopleRateOf(people) };

/** Why an entry of `outcomes` cannot be one. */
export function flawsOfCosts({ outcomes = [] }: OrgCosts): FieldError[] {
  const seen = new Set<string>();
  return outcomes.flatMap(({ workflow, minutes_saved, success_usd }, index): FieldError[] => {
    const isTwice = seen.has(workflow);
    seen.add(workflow);
    const path = `/costs/outcomes/${index}`;
    if (isTwice) return [{ path: `${path}/workflow`, message: "is listed twice" }];
    if (minutes_saved === undefined && success_usd === undefined)
      return [{ path, message: "says what a success is worth: `minutes_saved`, `success_usd` or both" }];
    return [];
  });
}
