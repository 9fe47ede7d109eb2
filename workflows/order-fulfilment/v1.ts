/**
 * An order is fulfilled: reserve the stock, charge the customer, ship. These are three writes; the first two are undone in reverse order
 * when a later one fails permanently. Frozen once released: a change is a new file.
 */
import { cel, workflow } from "../../core/workflow/builder.ts";

export const orderFulfilmentV1 = workflow({
  name: "order-fulfilment",
  description: "Reserves stock, charges and ships an order; undoes what it did when it cannot be shipped",
  input: {
    type: "object",
    properties: { order_id: { type: "string", pattern: "^[A-Z]-[0-9]{4}$", description: "the number of the order" } },
    required: ["order_id"],
    additionalProperties: false,
  },
  limits: { usd: 0.1, tokens: 1_000, seconds: 600 },
  tools: ["orders.get", "stock.reserve", "stock.release", "payments.charge", "payments.void", "shipping.ship"],
})
  .step("order", { kind: "tool", tool: "orders.get", input: { id: cel("input.order_id") } })
  .step("reserve", {
    kind: "tool",
    needs: ["order"],
    tool: "stock.reserve",
    input: { order: cel("steps.order.output.id"), items: cel("steps.order.output.items") },
    compensate: { tool: "stock.release", input: { reservation: cel("output.id") } },
  })
  .step("charge", {
    kind: "tool",
    needs: ["order", "reserve"],
    tool: "payments.charge",
    input: { order: cel("steps.order.output.id"), amount: cel("steps.order.output.total") },
    compensate: { tool: "payments.void", input: { charge: cel("output.id") } },
  })
  .step("ship", {
    kind: "tool",
    needs: ["order", "charge"],
    tool: "shipping.ship",
    input: { order: cel("steps.order.output.id") },
  })
  .output({
    order: cel("steps.order.output.id"),
    reservation: cel("steps.reserve.output.id"),
    charge: cel("steps.charge.output.id"),
    shipment: cel("steps.ship.output.id"),
    tracking: cel("steps.ship.output.tracking"),
  });
