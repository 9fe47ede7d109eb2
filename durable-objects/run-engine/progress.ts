/** How far something that leaves a run has come. */
import type { EpochMs } from "../../core/time.ts";
import type { Waiting } from "../kit/drain.ts";

/** `at`: when it was committed. `attempts` null: this life has not sent it, and an earlier one may have. */
export type Progress = { readonly at: EpochMs; dueAt: EpochMs; attempts: number | null; confirmed: boolean };

/** What leaves, as it is sent. */
export type LeavingRow = Waiting & { readonly progress: Progress };
