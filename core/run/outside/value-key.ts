/** Where the values of a run that are too large for a row are kept. PERSISTED: keys in R2 begin with this. */

/** `object`: the id of the run's object, in hex. */
export const valuePrefix = (object: string): string => `v1/${object}/`;
