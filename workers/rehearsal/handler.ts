/** The rehearsal model on the wire: a small router that speaks OpenAI's chat completions and embeddings, inside this Worker. */
import { IttyRouter } from "itty-router";
import { isObject, type Json } from "../../core/json.ts";
import { complete, REHEARSAL_MODEL, type RequestFault } from "./answer.ts";
import { embedTexts } from "./embed.ts";
import { streamOf } from "./stream.ts";

const router = IttyRouter({ base: "/v1" });

router
  .post("/chat/completions", async (request) => {
    const asked = await readJson(request as unknown as Request);
    const completion = complete(asked);
    if (!completion.ok) return refused(completion.error);
    if (!isObject(asked) || asked["stream"] !== true) return Response.json(completion.value);
    const options = asked["stream_options"];
    const text = streamOf(completion.value, isObject(options) && options["include_usage"] === true);
    return new Response(text, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
  })
  .post("/embeddings", async (request) => {
    const embedded = embedTexts(await readJson(request as unknown as Request));
    return embedded.ok ? Response.json(embedded.value) : refused(embedded.error);
  })
  .get("/models", () =>
    Response.json({ object: "list", data: [{ id: REHEARSAL_MODEL, object: "model", created: 0, owned_by: "bulkhead" }] }),
  )
  .all("*", () =>
    Response.json({ error: { message: "no such path", type: "invalid_request_error", code: "not_found", param: null } }, { status: 404 }),
  );

/** The model gateway's port `rehearsal`. */
export const rehearse = (request: Request): Promise<Response> => router.fetch(request as never) as Promise<Response>;

const refused = ({ message, param }: RequestFault): Response =>
  Response.json({ error: { message, type: "invalid_request_error", code: "invalid_request", param } }, { status: 400 });

async function readJson(request: Request): Promise<Json> {
  try {
    return (await request.json()) as Json;
  } catch {
    return null;
  }
}
