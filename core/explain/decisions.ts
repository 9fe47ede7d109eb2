/** What was decided in a run, and why: which model a route took and which it rejected, what a policy or a person said, what was kept or left out. */
import type { RunEvent } from "../run/machine/event.ts";

/** One decision. */
export type Decision = { step: string | null; what: string; why: string };

/** In the order of the journal. What was simply allowed is left out. */
export function decisionsOf(events: readonly RunEvent[]): Decision[] {
  return events.flatMap((event): Decision[] => {
    const step = event.step ?? null;
    switch (event.type) {
      case "model.routed": {
        const [first, ...others] = event.data.candidates;
        if (first === undefined) return [];
        const after = others.length === 0 ? "it is the only candidate" : `it comes first of ${others.length + 1} candidates`;
        const rejected = event.data.rejected.map(({ id, why }) => `${id}: ${why}`);
        return [
          {
            step,
            what: `model ${first.id}`,
            why: rejected.length === 0 ? after : `${after}; rejected: ${rejected.slice(0, 10).join(", ")}`,
          },
        ];
      }
      case "policy.decided":
        return event.data.decision === "allow"
          ? []
          : [
              {
                step,
                what: event.data.decision === "ask" ? "a person is asked" : `denied: ${event.data.subject}`,
                why: event.data.reasons.join(", "),
              },
            ];
      case "review.decided":
        return [{ step, what: `a person decided: ${event.data.action}`, why: event.data.id }];
      case "step.skipped":
        return [{ step, what: "skipped", why: "its condition was false" }];
      case "step.failed":
        return [
          { step, what: event.data.absorbed === null ? "failed" : "failed, and `on_error` took over", why: event.data.error.message },
        ];
      case "model.called":
        return event.data.cached === undefined
          ? []
          : [{ step, what: `a kept answer of model ${event.data.model}`, why: `cache hit (${event.data.cached})` }];
      case "tool.answered":
        return event.data.cached === undefined
          ? []
          : [{ step, what: `a kept answer of tool ${event.data.tool}`, why: `cache hit (${event.data.cached})` }];
      case "run.stopping":
        return [{ step: event.data.error.step, what: "the run stops", why: event.data.error.message }];
      default:
        return [];
    }
  });
}
