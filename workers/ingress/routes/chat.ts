/** `POST /v1/chat/completions`, in OpenAI's format. What a request may say is read by core/chat; errors are OpenAI's too. */
import { z } from "@hono/zod-openapi";
import type { JsonObject } from "../../../core/json.ts";
import { ok } from "../../../core/result.ts";
import type { Asked } from "../../chat/ports.ts";
import { notStopped } from "../../use-cases/stops.ts";
import type { Answer } from "../context.ts";
import { type AnyCall, type Endpoint, endpointsOf } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { describing } from "../schemas/answers.ts";
import { ChatBody } from "../schemas/manifests.ts";

/** What both endpoints that call a model may answer beside the common codes. */
export const MODEL_REFUSALS = [
  "budget_exceeded",
  "policy_denied",
  "injection_detected",
  "content_blocked",
  "upstream_unavailable",
  "output_invalid",
  "kill_switch_active",
  "timeout",
] as const;

const ChatCompletion = describing<JsonObject>(
  z
    .looseObject({
      id: z.string(),
      object: z.literal("chat.completion"),
      created: z.int(),
      model: z.string(),
      choices: z.array(z.looseObject({ index: z.int(), finish_reason: z.string().nullable() })),
      usage: z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() }).optional(),
    })
    .openapi("ChatCompletion"),
);

/** The route of chat completions. */
export function chatRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/chat/completions",
      operationId: "createChatCompletion",
      tag: "chat",
      summary: "Creates a chat completion, whole or as a stream",
      action: "chat.complete",
      body: ChatBody,
      answers: {
        200: {
          description: "OpenAI's `chat.completion`; with `stream: true`, a stream of chunks",
          schema: ChatCompletion,
          stream: "OpenAI's chunks, one in each `data`, and `[DONE]` at the end",
        },
      },
      refusals: MODEL_REFUSALS,
      handle: (call) => governed(ports, call, (asked) => ports.chat.complete(asked)),
    }),
  ];
}

type ModelCall = AnyCall & { readonly body: Asked["body"] };

/** New work asks the kill switch first, whatever it is. */
export async function governed(
  ports: IngressPorts,
  call: ModelCall,
  work: (asked: Asked) => ReturnType<IngressPorts["chat"]["complete"]>,
): Promise<Answer<200, JsonObject>> {
  const { principal, body, trace, at, request, waitUntil } = call;
  const stops = await notStopped(ports, { org: principal.org }, trace.traceId);
  if (!stops.ok) return stops;
  const reply = await work({ principal, body, trace, at, signal: request.signal, waitUntil });
  if (!reply.ok) return reply;
  return ok(reply.value instanceof Response ? { response: reply.value } : reply.value);
}
