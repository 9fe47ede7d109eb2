/** The tools of the shop service (shop/), as `PUT /v1/tools/{name}` takes them. */
import type { JsonObject } from "../core/json.ts";

const text = { type: "string", minLength: 1, maxLength: 200 };
const article = { type: "string", pattern: "^KB-[0-9]{3}$" };
const money = { type: "number", exclusiveMinimum: 0, maximum: 1_000_000 };

/** An object with exactly these fields, the optional ones after the others. */
const exactly = (required: JsonObject, optional: JsonObject = {}): JsonObject => ({
  type: "object",
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
});
/** What an answer has at least: a service may come to say more. */
const atLeast = (properties: JsonObject): JsonObject => ({ type: "object", properties, required: Object.keys(properties) });

const item = atLeast({ sku: text, quantity: { type: "integer", minimum: 1 } });
const items = { type: "array", items: item, maxItems: 500 };

/** `baseUrl`: where the shop service listens, without a slash at its end. */
export function shopTools(baseUrl: string): { readonly [name: string]: JsonObject } {
  const tool = (name: string, effect: "read" | "write", description: string, input: JsonObject, output: JsonObject): JsonObject => ({
    description,
    effect,
    kind: "http",
    http: { url: `${baseUrl}/${name.replaceAll(".", "/")}` },
    input,
    output,
    scopes: [`${effect}:${name.slice(0, name.indexOf("."))}`],
    timeout_ms: 10_000,
  });
  const write = (name: string, description: string, input: JsonObject, output: JsonObject): JsonObject =>
    tool(name, "write", description, input, output);
  return {
    "orders.get": tool(
      "orders.get",
      "read",
      "An order by its number",
      exactly({ id: text }),
      atLeast({ id: text, total: { type: "number", minimum: 0 }, currency: text, items, customer: text, status: text }),
    ),
    "payments.refund": write(
      "payments.refund",
      "Pays money of an order back",
      exactly({ order: text, amount: money }),
      atLeast({ id: text, order: text, amount: money, status: text }),
    ),
    "payments.cancel": write("payments.cancel", "Takes a refund back", exactly({ refund: text }), atLeast({ id: text, status: text })),
    "payments.charge": write(
      "payments.charge",
      "Charges the customer of an order",
      exactly({ order: text, amount: money }),
      atLeast({ id: text, order: text, amount: money, status: text }),
    ),
    "payments.void": write("payments.void", "Takes a charge back", exactly({ charge: text }), atLeast({ id: text, status: text })),
    "stock.reserve": write(
      "stock.reserve",
      "Reserves the goods of an order",
      exactly({ order: text, items }),
      atLeast({ id: text, order: text, status: text }),
    ),
    "stock.release": write(
      "stock.release",
      "Gives reserved goods free",
      exactly({ reservation: text }),
      atLeast({ id: text, status: text }),
    ),
    "shipping.ship": write(
      "shipping.ship",
      "Sends an order on its way",
      exactly({ order: text }),
      atLeast({ id: text, order: text, tracking: text }),
    ),
    "kb.search": tool(
      "kb.search",
      "read",
      "Searches the knowledge base for articles by words of a question",
      exactly({ query: { type: "string", minLength: 1, maxLength: 400, description: "the words to look for" } }),
      atLeast({
        hits: { type: "array", items: atLeast({ id: article, title: text, snippet: { type: "string", maxLength: 2_000 } }), maxItems: 20 },
      }),
    ),
    "kb.read": tool(
      "kb.read",
      "read",
      "Reads one article of the knowledge base by its id",
      exactly({ id: { ...article, description: "the id of an article, as the search gives it" } }),
      atLeast({ id: article, title: text, text: { type: "string", maxLength: 50_000 } }),
    ),
    "desk.publish": {
      ...write(
        "desk.publish",
        "Publishes a note with its sources on the research desk",
        exactly({
          title: { ...text, description: "the headline of the note" },
          text: { type: "string", minLength: 1, maxLength: 10_000, description: "the note" },
          sources: { type: "array", items: article, minItems: 1, maxItems: 20, description: "the ids of the articles that were read" },
        }),
        atLeast({ id: text, status: text }),
      ),
      // What everybody will read is not to be somebody else's words unseen.
      guarded: ["/title", "/text", "/sources"],
    },
    "mail.send": {
      ...write(
        "mail.send",
        "Sends a mail",
        exactly({
          to: { type: "string", format: "email" },
          subject: { type: "string", minLength: 1, maxLength: 200 },
          text: { type: "string", minLength: 1, maxLength: 20_000 },
        }),
        atLeast({ id: text, status: text }),
      ),
      // The recipient gets their own data back in the letter; nobody else's is in the run's input.
      personal_data: { "/to": ["EMAIL"], "/text": ["EMAIL", "PERSON"] },
    },
  };
}
