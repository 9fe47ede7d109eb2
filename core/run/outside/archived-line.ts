/** The line of an archived run that has left the index in D1, and where it lies: by org and by the month in which the run was started. Pure. */
import type { RunIndexRow } from "../../audit/record.ts";
import { idTime } from "../../ids.ts";
import type { DataClass } from "../../label/label.ts";
import { type EpochMs, toRfc3339 } from "../../time.ts";

/** PERSISTED: a run's line as the index of the archive takes it. */
export type ArchivedLine = RunIndexRow & { readonly ended_at: EpochMs; readonly class: DataClass };

/** Which lines a list wants. null: any. Ids lie above `above` and below `below`. */
export type ArchivedFilter = {
  readonly status: string | null;
  readonly workflow: string | null;
  readonly user: string | null;
  readonly session: string | null;
  readonly trace: string | null;
  readonly since: EpochMs | null;
  readonly until: EpochMs | null;
  readonly above: string | null;
  readonly below: string | null;
};

/** Until when a run's end must lie for it to be deleted, in epoch ms, by class; `rest`: of the classes that are not named. */
export type ExpiryLimits = { readonly byClass: { readonly [C in DataClass]?: EpochMs }; readonly rest: EpochMs };

/** The month of an id (UTC), such as `2026-11`. A run's dead letter has the same. */
export const monthOfId = (id: string): string => toRfc3339(idTime(id)).slice(0, "2026-11".length);

/** The first instant of a month. */
export const startOfMonth = (month: string): EpochMs => Date.parse(`${month}-01T00:00:00Z`);
