/** Reading what a run stored, where some of it lies outside the object. */
import type { Result } from "../../core/result.ts";
import type { Absent, Journal } from "./journal.ts";

/** The journal, and a way to read of it: values and keys that a reading lacks are fetched first. */
export type Reading = {
  readonly journal: Journal;
  readonly read: <T>(read: () => Result<T, Absent>) => Promise<T>;
};
