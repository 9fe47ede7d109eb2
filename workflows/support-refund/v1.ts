/**
 * A customer asks for their money back in their own words: understand the ticket, look up the order, ask a person above a hundred
 * dollars, refund, and write back. Frozen once released: a change is a new file.
 */
import { cel, workflow } from "../../core/workflow/builder.ts";

export const supportRefundV1 = workflow({
  name: "support-refund",
  description: "Answers a refund request: classify, look up, approve above 100 dollars, refund, write back",
  instructions:
    "You work for the customer support of an online shop. Be brief, friendly and exact. Promise nothing that the data does not say was done.",
  input: {
    type: "object",
    properties: {
      ticket: { type: "string", minLength: 1, maxLength: 20_000, description: "what the customer wrote" },
    },
    required: ["ticket"],
    additionalProperties: false,
  },
  limits: { usd: 1, tokens: 50_000, seconds: 600 },
  tools: ["orders.get", "payments.refund", "payments.cancel", "mail.send"],
})
  .step("classify", {
    kind: "model",
    model: { task: "classify", max_tokens: 512 },
    prompt: {
      template:
        "Classify this support ticket.\n{{ticket}}\nTake the order's number and the customer's mail address from the ticket as they stand there; where the ticket has none, answer null.",
      slots: { ticket: cel("input.ticket") },
    },
    output: {
      type: "object",
      properties: {
        category: {
          enum: ["refund", "delivery", "question", "other"],
          description: "what the ticket is about; refund when money is to go back",
        },
        order_id: { type: ["string", "null"], pattern: "^[A-Z]-[0-9]{4}$", description: "the number of the order" },
        customer_email: {
          type: ["string", "null"],
          pattern: "^\\{\\{EMAIL_[0-9]{1,6}\\}\\}$",
          description: "the placeholder for the customer's mail address, such as {{EMAIL_1}}",
        },
        reason: { type: "string", maxLength: 500, description: "why the customer writes, in one sentence" },
      },
      required: ["category", "order_id", "customer_email", "reason"],
      additionalProperties: false,
    },
  })
  .step("order", {
    kind: "tool",
    needs: ["classify"],
    when: cel('steps.classify.output.category == "refund" && steps.classify.output.order_id != null'),
    tool: "orders.get",
    input: { id: cel("steps.classify.output.order_id") },
  })
  .step("approve", {
    kind: "review",
    needs: ["classify", "order"],
    when: cel("has(steps.order.output.total) && steps.order.output.total > 100"),
    severity: "high",
    proposal: {
      order: cel("steps.order.output.id"),
      refund: cel("steps.order.output.total"),
      currency: cel("steps.order.output.currency"),
      reason: cel("steps.classify.output.reason"),
    },
  })
  .step("refund", {
    kind: "tool",
    needs: ["order", "approve"],
    when: cel("steps.order.output != null"),
    tool: "payments.refund",
    input: {
      order: cel("steps.order.output.id"),
      // Whoever approves may change the amount.
      amount: cel("steps.approve.output == null ? steps.order.output.total : steps.approve.output.proposal.refund"),
    },
    compensate: { tool: "payments.cancel", input: { refund: cel("output.id") } },
  })
  .step("reply", {
    kind: "model",
    needs: ["classify", "refund"],
    model: { task: "write", max_tokens: 1_024 },
    prompt: {
      template:
        "Write the answer to this ticket.\n{{ticket}}\nWhat was done about it, null where nothing was refunded:\n{{refund}}\nWhere nothing was refunded, say that a colleague will look into it. Greet the customer by the name or the placeholder that the ticket has.",
      slots: { ticket: cel("input.ticket"), refund: cel("steps.refund.output") },
    },
    output: {
      type: "object",
      properties: {
        subject: { type: "string", minLength: 1, maxLength: 200, description: "the subject line" },
        text: { type: "string", minLength: 1, maxLength: 5_000, description: "the letter to the customer" },
      },
      required: ["subject", "text"],
      additionalProperties: false,
    },
    on_error: { value: { subject: "Your message to us", text: "Thank you for your message. A colleague will write to you today." } },
  })
  .step("mail", {
    kind: "tool",
    needs: ["classify", "reply"],
    when: cel("steps.classify.output.customer_email != null"),
    tool: "mail.send",
    input: {
      to: cel("steps.classify.output.customer_email"),
      subject: cel("steps.reply.output.subject"),
      text: cel("steps.reply.output.text"),
    },
  })
  .output({
    subject: cel("steps.reply.output.subject"),
    text: cel("steps.reply.output.text"),
    to: cel("steps.classify.output.customer_email"),
    refund: cel("steps.refund.output"),
  });
