/**
 * Every point at which an object may end, one by one: a calm world in which exactly one life ends at exactly that point. A point is
 * before or after a storage call, before or after something leaves, or when its answer comes back; every `await` of the objects
 * stands between two of them.
 */
import { CALM } from "./climate.ts";
import type { Work } from "./definitions.ts";
import type { End } from "./life.ts";
import { type Outcome, runSeed } from "./seed.ts";

/** What a strike's key names that is no end of a life. */
const NO_POINT = /\/(evict|rpc|alarm-late|alarm-twice)#|\.[a-zA-Z]+\/rpc#/;
const POINTS = /^(RunEngine|ReviewQueue|AuditLog|KillSwitch)\//;

/** The objects that a run's fate depends on. */
export const OBJECTS = ["RunEngine", "ReviewQueue", "AuditLog", "KillSwitch"] as const;
export const ENDINGS: readonly End[] = ["crash", "code updated"];

export type CrashPoints = { readonly points: readonly string[]; readonly calm: Outcome };

/** The points that a calm run of the work passes, in no order. `kinds`: of which objects. */
export async function crashPointsOf(work: Work, kinds: readonly string[], seed = 1): Promise<CrashPoints> {
  const calm = await runSeed(seed, { climate: CALM, works: [work], schedule: new Set() });
  const points: string[] = [];
  for (const [place, times] of calm.passed) {
    if (!POINTS.test(place) || !kinds.includes(place.slice(0, place.indexOf("/")))) continue;
    for (let time = 0; time < times; time++) if (!NO_POINT.test(`${place}#${time}`)) points.push(`${place}#${time}`);
  }
  return { points, calm };
}

/** Ends a life at this point. null: the point was not passed this time, which cannot be. */
export async function endAt(work: Work, point: string, how: End, seed = 1): Promise<Outcome | null> {
  const outcome = await runSeed(seed, { climate: CALM, works: [work], schedule: new Set([`${point}=${how}`]) });
  return outcome.strikes.some(({ key }) => key === point) ? outcome : null;
}
