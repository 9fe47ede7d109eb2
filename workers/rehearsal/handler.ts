/** The rehearsal model on the wire: a small router that speaks OpenAI's chat completions, inside this Worker. */
import { IttyRouter } from "itty-router";
import type { Json } from "../../core/json.ts";
import { complete, REHEARSAL_MODEL } from "./answer.ts";

const router = IttyRouter({ base: "/v1" });

router
  .post("/chat/completions", async (request) => {
    const completion = complete(await readJson(request as unknown as Request));
    if (completion.ok) return Response.json(completion.value);
    const { message, param } = completion.error;
    return Response.json({ error: { message, type: "invalid_request_error", code: "invalid_request", param } }, { status: 400 });
  })
  .get("/models", () =>
    Response.json({ object: "list", data: [{ id: REHEARSAL_MODEL, object: "model", created: 0, owned_by: "bulkhead" }] }),
  )
  .all("*", () =>
    Response.json({ error: { message: "no such path", type: "invalid_request_error", code: "not_found", param: null } }, { status: 404 }),
  );

/** The model gateway's port `rehearsal`. */
export const rehearse = (request: Request): Promise<Response> => router.fetch(request as never) as Promise<Response>;

async function readJson(request: Request): Promise<Json> {
  try {
    return (await request.json()) as Json;
  } catch {
    return null;
  }
}
