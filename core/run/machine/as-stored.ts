/** Values as a journal gives them back: a life that goes on and one that reads the journal decide on the same. */

/** The value without negative zeros, which JSON does not have; the same object where there are none. It MUST be JSON otherwise. */
export const asStored = <T>(value: T): T => (holdsNegativeZero(value) ? (withoutNegativeZero(value) as T) : value);

function holdsNegativeZero(value: unknown): boolean {
  if (typeof value === "number") return Object.is(value, -0);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsNegativeZero);
}

function withoutNegativeZero(value: unknown): unknown {
  if (value === 0) return 0;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutNegativeZero);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutNegativeZero(one)]));
}
