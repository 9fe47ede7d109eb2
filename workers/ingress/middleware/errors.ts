/** The answer to what was thrown: a bug or broken infrastructure. The caller learns that it happened, the log learns where, nobody learns what was in it. */
import { type Refusal, refuse } from "../../../core/errors/problem.ts";
import { codeOf, isPassing } from "../../kit/thrown.ts";

export function refusalOf(error: unknown): Refusal {
  if (codeOf(error) === "invalid_cursor") {
    return refuse("invalid_request", "the cursor was not returned by this list", [
      { path: "query.cursor", message: "is not a cursor returned by this list" },
    ]);
  }
  if (codeOf(error) === "seal_gone")
    return refuse("conflict", "the person of this run is erased: what the run kept does not open any more");
  if (isPassing(error)) return refuse("overloaded", "a part of the platform is restarting or busy; try again");
  return refuse("internal", "an internal error occurred; quote the trace id when you report it");
}
