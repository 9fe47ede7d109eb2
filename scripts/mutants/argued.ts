/** Faults that change nothing anybody could notice, by the id of the fault, with the reason. */
export const ARGUED: ReadonlyMap<string, string> = new Map([]);
