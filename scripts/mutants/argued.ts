/** Faults that change nothing anybody could notice, by the id of the fault, with the reason. */
export const ARGUED: ReadonlyMap<string, string> = new Map([
  // core/budget
  ["850cc276", "A month never ends without its day: with the same day the second comparison is always true."],
  ["8ee80eda", "Of two caps that end at the same moment either is a true answer, and the caller waits as long."],
  ["3db13a87", "Of two caps that are equally low either is a true answer, with the same limit."],
  ["cd88b0dd", "Accounts are made one for each standing, so the stored one is always there; the guard is for the compiler."],
  ["519f37a7", "Accounts are made one for each standing, so the stored one is always there; the guard is for the compiler."],
  ["2c2cd8e6", "Before the first request nobody asks whether it was answered: `tellsAt` returns at `n === 0`, and a request sets it."],
]);
