/** What the routes of costs, explanations and health answer. */
import { z } from "@hono/zod-openapi";

const count = z.number().int().min(0);
const dollars = z.number();

/** `GET /v1/costs`. */
export const Costs = z
  .object({
    data: z.array(
      z
        .object({ usd: dollars, tokens_in: count, tokens_out: count, calls: count })
        .catchall(z.union([z.string(), z.number(), z.null()]))
        .openapi({ description: "a group; beside its sums it has the dimensions asked for by name, null where its calls have none" }),
    ),
    total_usd: dollars.openapi({ description: "the sum of `usd` over all groups" }),
  })
  .openapi("Costs");
