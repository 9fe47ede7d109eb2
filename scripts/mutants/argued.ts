/** Faults that change nothing anybody could notice, by the id of the fault, with the reason. */
export const ARGUED: ReadonlyMap<string, string> = new Map([
  // core/budget
  ["850cc276", "A month never ends without its day: with the same day the second comparison is always true."],
  ["8ee80eda", "Of two caps that end at the same moment either is a true answer, and the caller waits as long."],
  ["3db13a87", "Of two caps that are equally low either is a true answer, with the same limit."],
  ["cd88b0dd", "Accounts are made one for each standing, so the stored one is always there; the guard is for the compiler."],
  ["519f37a7", "Accounts are made one for each standing, so the stored one is always there; the guard is for the compiler."],
  ["2c2cd8e6", "Before the first request nobody asks whether it was answered: `tellsAt` returns at `n === 0`, and a request sets it."],
  // core/run
  ["00e09f25", "`undefined > 0` is false, as `0 > 0` is."],
  ["22a402d0", "`undefined >= 3` is false, as `0 >= 3` is."],
  ["f6ae88a2", "`observe` returned above where the agent is not known, and every agent has `seen`; the default is for the compiler."],
  ["5a91862b", "`NaN > 8` is false, as `1 > 8` is: a run without a parent is at no depth that is too deep."],
  ["05358c8b", "`judgeOutput` reads an absent opinion as null."],
  ["04879b34", "`rest` is the quick way to the list that the filter below gives too, since an id is in it once."],
  [
    "02799ef1",
    "A call that has ended is not taken up again: the next call of the activity sets its own span first, and closing a closed one is skipped.",
  ],
  ["01dabdf1", "An output of exactly half the bound is small enough to be shown, whole or as a reference."],
  ["0169cf65", "Every step has `on_error`; the default stands for a step that is not there, which nothing needs."],
  ["106fe7e3", "A step without `input` has none to evaluate, and the texts of nothing are none."],
  ["11f67d7f", "Events name steps of the definition, each of which has a state from the start; the guard is for the compiler."],
  // durable-objects
  ["876260ce", "An instance that is being started counts as one that stands ready, so that its time is the same sum before and after."],
  ["8d96e54a", "A place is given once: the promise takes no second one, and who has a place is in the queue no more."],
  ["6e6b760a", "A place is given once: the promise takes no second one, and who has a place is in the queue no more."],
  ["0214382f", "At the very millisecond at which a silent consumer counts as gone either answer is right: an export takes less."],
  ["1501b644", "Of a page with more behind it there is a last line, so that the default is for the compiler."],
]);
