/** Milliseconds since 1970-01-01T00:00:00Z. Core never reads a clock: the time of a decision comes in with its input. */
export type EpochMs = number;

/** RFC 3339 in UTC with milliseconds, as every time on the wire is written. */
export const toRfc3339 = (at: EpochMs): string => new Date(at).toISOString();

export const orNullRfc3339 = (at: EpochMs | null): string | null => (at === null ? null : toRfc3339(at));
