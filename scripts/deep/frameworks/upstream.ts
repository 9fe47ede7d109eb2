/**
 * The models' upstream of the check `frameworks`. What it answers follows from the request alone: the model's name says which part is
 * played, and the tool messages since the user's last words say how far a loop has come.
 */
import { createServer, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

type Message = { readonly role: string; readonly content?: unknown };
type Body = { readonly model: string; readonly stream?: boolean; readonly messages?: readonly Message[] };
type ToolCall = {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
};
type Said = { readonly content: string | null; readonly tool_calls?: readonly ToolCall[] };

export type Upstream = {
  readonly port: number;
  close(): void;
};

export async function startUpstream(): Promise<Upstream> {
  let asked = 0;
  const server = createServer(async (request, response) => {
    asked++;
    const body = JSON.parse(await text(request)) as Body;
    if (body.model === "slow") return;
    if (body.model === "busy") {
      response.writeHead(429, { "content-type": "application/json", "retry-after": "1" });
      return void response.end(JSON.stringify({ error: { message: "busy", type: "rate_limit_error", code: "rate_limit_exceeded" } }));
    }
    const said = body.model === "form" ? { content: '{"city":"Paris","degrees":18}' } : inTheLoop(body.messages ?? [], asked);
    if (body.stream === true) stream(response, said);
    else whole(response, said);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the upstream has no port");
  return {
    port: address.port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Two calls side by side, one with their results, then words. */
function inTheLoop(messages: readonly Message[], turn: number): Said {
  const lastUser = messages.map(({ role }) => role).lastIndexOf("user");
  const words = JSON.stringify(messages[lastUser]?.content ?? "");
  if (words.includes("again")) return { content: "Hello again." };
  if (!words.includes("weather")) return { content: "Hello." };
  const results = messages.slice(lastUser + 1).filter(({ role }) => role === "tool").length;
  const call = (name: string, input: object, index: number): ToolCall => ({
    id: `call_${turn}_${index}`,
    type: "function",
    function: { name, arguments: JSON.stringify(input) },
  });
  if (results === 0) {
    return { content: null, tool_calls: ["Paris", "Oslo"].map((city, index) => call("get_weather", { city }, index)) };
  }
  if (results === 2) return { content: null, tool_calls: [call("add", { a: 18, b: 21 }, 0)] };
  return { content: "Together that is 39." };
}

const USAGE = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
const HEAD = { id: "c1", created: 1, model: "m" };
const reasonOf = ({ tool_calls: calls }: Said): string => (calls === undefined ? "stop" : "tool_calls");

function whole(response: ServerResponse, said: Said): void {
  response.writeHead(200, { "content-type": "application/json" });
  const choices = [{ index: 0, message: { role: "assistant", ...said }, finish_reason: reasonOf(said) }];
  response.end(JSON.stringify({ ...HEAD, object: "chat.completion", choices, usage: USAGE }));
}

function stream(response: ServerResponse, said: Said): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (delta: object, finish: string | null = null): void => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    response.write(`data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", choices })}\n\n`);
  };
  send({ role: "assistant", content: "" });
  if (said.content !== null) for (const piece of said.content.match(/.{1,6}/gs) ?? []) send({ content: piece });
  for (const [index, call] of (said.tool_calls ?? []).entries()) send({ tool_calls: [{ index, ...call }] });
  send({}, reasonOf(said));
  response.write(`data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", choices: [], usage: USAGE })}\n\n`);
  response.end("data: [DONE]\n\n");
}
