import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { renderMessages } from "../../../core/workflow/prompt.ts";
import { validate } from "../../../core/workflow/schema.ts";
import { complete } from "../../../workers/rehearsal/answer.ts";
import { WORKFLOWS } from "../../../workflows/index.ts";
import { TICKET } from "../../support/doubles/tickets.ts";

type Source = { instructions: string; steps: { [id: string]: { prompt: { template: string; slots: JsonObject }; output: JsonObject } } };
const refundFlow = JSON.parse(JSON.stringify(WORKFLOWS.find(({ name }) => name === "support-refund"))) as Source;

/** What the rehearsal model says at a step of the shipped workflow. */
function play(step: "classify" | "reply", slots: { [name: string]: Json }): { [field: string]: string | null } {
  const { prompt, output } = refundFlow.steps[step] as Source["steps"][string];
  const messages = renderMessages({ instructions: refundFlow.instructions }, prompt, slots) as unknown as Json[];
  const completion = complete({
    messages,
    max_tokens: 1_024,
    response_format: { type: "json_schema", json_schema: { name: step, schema: output } },
  });
  if (!completion.ok) throw new Error(completion.error.message);
  const [choice] = completion.value["choices"] as { message: { content: string }; finish_reason: string }[];
  expect(choice?.finish_reason).toBe("stop");
  const value = JSON.parse(choice?.message.content ?? "") as { [field: string]: string | null };
  expect(validate(output, value)).toEqual([]);
  return value;
}

const BROKEN = `Hello, my espresso machine (order A-1002) arrived broken and I would like my money back.
I paid with card {{CREDIT_CARD_1}}. Please write to me at {{EMAIL_1}}, not by phone.
Kind regards, Mara`;

describe("the shipped support-refund", () => {
  const TICKETS: readonly [ticket: string, expected: JsonObject][] = [
    [BROKEN, { category: "refund", order_id: "A-1002", customer_email: "{{EMAIL_1}}" }],
    [TICKET, { category: "refund", order_id: "A-1002", customer_email: "{{EMAIL_1}}" }],
    ["I want a refund for A-1001, it never worked. {{EMAIL_1}}", { category: "refund", order_id: "A-1001", customer_email: "{{EMAIL_1}}" }],
    ["Please refund order A-1007. {{EMAIL_2}}", { category: "refund", order_id: "A-1007", customer_email: "{{EMAIL_2}}" }],
    [
      "Where is my parcel? Order A-1005 should have been delivered last week.",
      { category: "delivery", order_id: "A-1005", customer_email: null },
    ],
    ["I have a question about your opening hours.", { category: "question", order_id: null, customer_email: null }],
    ["asdf", { category: "other", order_id: null, customer_email: null }],
  ];
  it.each(TICKETS)("classifies: %s", (ticket, expected) => {
    const { reason, ...said } = play("classify", { ticket });
    expect(said).toEqual(expected);
    expect(reason === "not stated" || ticket.includes(String(reason).split(/(?<=\.) /)[0] ?? "")).toBe(true);
  });

  const refund = { id: "rf_ghabcd", order: "A-1002", amount: 249.9, status: "refunded" };
  it("replies with what was refunded, to the name or address that the ticket has", () => {
    const { subject, text } = play("reply", { ticket: BROKEN, refund });
    expect(subject).toBe("Your refund of 249.90 for order A-1002");
    expect(text).toContain("Hello {{EMAIL_1}},");
    expect(text).toContain("We have refunded 249.90");
    expect(text).not.toContain("CREDIT_CARD");
  });

  it("promises nothing where nothing was refunded", () => {
    for (const ticket of [BROKEN, TICKET]) {
      const { subject, text } = play("reply", { ticket, refund: null });
      expect(text).toContain("A colleague will look into it.");
      expect(`${subject} ${text?.replace(/You wrote: ".*"/, "")}`).not.toMatch(/refund/i);
    }
  });

  it("quotes a changed amount, as the approver set it", () => {
    expect(play("reply", { ticket: TICKET, refund: { ...refund, amount: 120 } })["text"]).toContain("We have refunded 120");
  });
});
