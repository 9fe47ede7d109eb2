/** Authority for runs whose every tool is a write with a price, asked about by a read tool when its outcome is unknown. */
import type { Script } from "./drive.ts";

/** Permits each call; the tool costs `price` a call. */
export const pricedWrite =
  (price: { readonly micro_usd: number; readonly output_pointer?: string }): Script["authority"] =>
  (question) => ({
    kind: "tool",
    permission: { decision: "allow", policyVersion: "p1", reasons: [] },
    facts: {
      tool: (question as { tool: string }).tool,
      version: 1,
      effect: "write",
      idempotency: { lookup: "mail.find" },
      timeout_ms: 1_000,
      price,
    } as never,
  });
