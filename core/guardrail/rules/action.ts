/** What a rule does about a hit, from doing nothing to letting nothing pass. Pure. */

/**
 * In order of strictness. `off`: not looked for. `flag`: goes on, on record. `redact`: the stretch is replaced. `truncate`: the rest is cut off. `retry`:
 * the model is asked again. `review`: a person decides, and the run waits. `block`: nothing of it goes on.
 * PERSISTED: in definitions, in org settings, in births and in findings.
 */
export const ACTIONS = ["off", "flag", "redact", "truncate", "retry", "review", "block"] as const;
/** See `ACTIONS`. */
export type Action = (typeof ACTIONS)[number];

const rank = (action: Action): number => ACTIONS.indexOf(action);

/** The strictest of the actions; `off` when there is none. */
export const strictest = (actions: readonly Action[]): Action =>
  actions.reduce<Action>((worst, next) => (rank(next) > rank(worst) ? next : worst), "off");

/** Whether `a` is as strict as `b`, or stricter. */
export const isAtLeast = (a: Action, b: Action): boolean => rank(a) >= rank(b);

/** Where nobody can wait for a person, what a person would have to decide is refused. */
export const withoutPerson = (action: Action): Action => (action === "review" ? "block" : action);
