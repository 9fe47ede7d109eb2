/** Why a step or a run failed: a code of the one table, and our words. */
import type { ErrorCode } from "../errors/codes.ts";

export type StepError = { readonly code: ErrorCode; readonly message: string };
export type RunError = StepError & { readonly step: string | null };
