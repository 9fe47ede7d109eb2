/** One chat after another over connections that stay open, each with other words; and how long its first word took. */
import { Agent, type IncomingMessage, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ANSWER } from "../servers/answer.ts";
import type { Contender } from "./contenders.ts";

export type ChatTarget = {
  readonly name: string;
  /** Of `…/chat/completions`. */
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly model: string;
  readonly stream: boolean;
};

const CONNECTIONS = 64;
const AFTER_REFUSAL_MS = 50;
/** The longest that one chat is tried again for. */
const PATIENCE_MS = 20_000;

const SYSTEM =
  "You answer customers of a shoe shop. Be friendly and brief, never promise a date that you do not know, and ask for the order where " +
  "it is missing. Answer in the language of the question.";
/** A question of usual length; two words in it are others each time, so that no answer can be a kept one. */
const question = (number: number): string =>
  `Hello, I ordered a pair of ${word(number)} shoes with a ${word(Math.floor(number / WORDS.length))} box two weeks ago and they still ` +
  "have not arrived. The status page says that they are on their way, but nothing has changed since then. Could you please look into " +
  "it and tell me when I can expect them?";
const WORDS = ["running", "walking", "red", "blue", "green", "heavy", "light", "large", "small", "plain", "woollen", "leather", "winter"];
const word = (number: number): string => WORDS[number % WORDS.length] ?? "";

/** A chat whose answer is not the model's own words, whole and to its end, is no chat. */
export function chatContender({ name, url, headers, model, stream }: ChatTarget): Contender {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, maxFreeSockets: CONNECTIONS });
  const { hostname, port, pathname } = new URL(url);
  let number = 0;
  let refused = 0;
  const send = (payload: Buffer): Promise<Heard> =>
    new Promise<Heard>((resolve, reject) => {
      const sent = { ...headers, "Content-Type": "application/json", "Content-Length": String(payload.length) };
      const outgoing = request({ hostname, port, path: pathname, method: "POST", headers: sent, agent }, (incoming) =>
        hear(incoming).then(resolve, reject),
      );
      // A connection that rested for some seconds may be closed just as it is used again: nothing was asked yet.
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        if (outgoing.reusedSocket && error.code === "ECONNRESET") resolve(send(payload));
        else reject(new Error(`${name}: ${error.code ?? ""} ${error.message}`));
      });
      outgoing.end(payload);
    });
  const run = async (): Promise<number | undefined> => {
    const body = {
      model,
      messages: [
        { role: "system", content: SYSTEM },
        { role: "user", content: question(number++) },
      ],
      max_tokens: 256,
      ...(stream ? { stream } : {}),
    };
    const payload = Buffer.from(JSON.stringify(body));
    const from = performance.now();
    let heard = await send(payload);
    while (heard.status === 503 && performance.now() - from < PATIENCE_MS) {
      refused += 1;
      await sleep(AFTER_REFUSAL_MS);
      heard = await send(payload);
    }
    if (heard.status !== 200 || said(heard.text, stream) !== ANSWER) {
      throw new Error(`${name} answered ${heard.status}: ${heard.text.slice(0, 500)}`);
    }
    return stream ? heard.firstAt - from : undefined;
  };
  return { name, run, refusals: () => refused, close: () => agent.destroy() };
}

/** `firstAt`: when the first word of the answer was there; never, where none came. */
type Heard = { readonly status: number; readonly text: string; readonly firstAt: number };

const A_WORD = /"content":\s*"[^"]/;

function hear(incoming: IncomingMessage): Promise<Heard> {
  return new Promise((resolve, reject) => {
    let text = "";
    let firstAt = Number.POSITIVE_INFINITY;
    incoming.setEncoding("utf8");
    incoming.on("data", (chunk: string) => {
      text += chunk;
      if (firstAt === Number.POSITIVE_INFINITY && A_WORD.test(text)) firstAt = performance.now();
    });
    incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, text, firstAt }));
    incoming.on("error", reject);
  });
}

type Choice = { readonly message?: { readonly content?: string }; readonly delta?: { readonly content?: string } };

/** What an answer says; null where it does not end as it should. */
export function said(text: string, stream: boolean): string | null {
  const contentOf = (json: string): string => {
    const choice = (JSON.parse(json) as { choices?: readonly Choice[] }).choices?.[0];
    return (stream ? choice?.delta?.content : choice?.message?.content) ?? "";
  };
  if (!stream) return contentOf(text);
  const data = text.split("\n").flatMap((line) => (line.startsWith("data: ") ? [line.slice("data: ".length)] : []));
  if (data.at(-1)?.trim() !== "[DONE]") return null;
  return data.slice(0, -1).map(contentOf).join("");
}
