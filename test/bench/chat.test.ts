import { createServer, type Server } from "node:http";
import { describe, expect, it } from "vitest";
import { chatContender, said } from "../../bench/load/chat.ts";
import { closedLoop } from "../../bench/load/closed-loop.ts";
import { ANSWER, ANSWER_PIECES } from "../../bench/servers/answer.ts";
import { startChildServer } from "../../bench/servers/child-server.ts";

const frame = (content: string): string => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
const asked = { name: "a gateway", headers: {}, model: "bench-1" };

describe("what counts as a chat", () => {
  it("reads an answer that is whole, and one in pieces", () => {
    expect(said(JSON.stringify({ choices: [{ message: { content: "Hello" } }] }), false)).toBe("Hello");
    expect(said(`: a comment\n\n${frame("")}${frame("Hel")}${frame("lo")}data: [DONE]\n\n`, true)).toBe("Hello");
  });

  it("takes a stream that does not come to its end for none", () => {
    expect(said(frame("Hello"), true)).toBeNull();
  });

  it("has the model's answer in twenty pieces that are the answer", () => {
    expect(ANSWER_PIECES).toHaveLength(20);
    expect(ANSWER_PIECES.join("")).toBe(ANSWER);
  });

  it.each([false, true])("refuses a gateway that answers with other words (stream: %s)", async (stream) => {
    const server = createServer((_, response) => {
      response.end(
        stream ? `${frame("Other words")}data: [DONE]\n\n` : JSON.stringify({ choices: [{ message: { content: "Other words" } }] }),
      );
    });
    const chats = chatContender({ ...asked, stream, url: await listening(server) });
    await expect(chats.run()).rejects.toThrow("a gateway answered 200");
    chats.close();
    server.close();
  });

  it("counts a stream's time to its first word, not to its end; a whole answer's to its end", async () => {
    let endedAt = 0;
    const server = createServer((incoming, response) => {
      const isWhole = incoming.url === "/whole";
      if (!isWhole) response.write(frame("") + frame(ANSWER));
      setTimeout(() => {
        endedAt = performance.now();
        response.end(isWhole ? JSON.stringify({ choices: [{ message: { content: ANSWER } }] }) : "data: [DONE]\n\n");
      }, 300);
    });
    const url = await listening(server);
    for (const stream of [true, false]) {
      const chats = chatContender({ ...asked, stream, url: `${url}/${stream ? "stream" : "whole"}` });
      const from = performance.now();
      const { latencies } = await closedLoop(chats.run, 1, 1);
      expect(from + (latencies[0] ?? Number.NaN) < endedAt).toBe(stream);
      chats.close();
    }
    server.close();
  });

  it("gets the same words from the model's server, whole and streamed", async () => {
    const model = await startChildServer("model-server.ts");
    for (const stream of [false, true]) {
      const chats = chatContender({ ...asked, stream, url: `${model.url}/0/v1/chat/completions` });
      expect((await closedLoop(chats.run, 2, 4)).latencies).toHaveLength(4);
      chats.close();
    }
    await model.stop();
  });
});

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}
