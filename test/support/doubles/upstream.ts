/** The other side of a gateway: a `fetch` that does what a test says, and remembers what came in. */
export type Scripted = {
  readonly fetch: typeof fetch;
  readonly requests: { url: string; method: string; headers: Headers; body: string; redirect: string | undefined }[];
};

type Answer = Response | ((signal: AbortSignal) => Response | Promise<Response>);

export function scriptedUpstream(...answers: readonly Answer[]): Scripted {
  const requests: Scripted["requests"] = [];
  const send = async (url: unknown, init: RequestInit = {}): Promise<Response> => {
    requests.push({
      url: String(url),
      method: init.method ?? "GET",
      headers: new Headers(init.headers),
      body: typeof init.body === "string" ? init.body : "",
      redirect: init.redirect,
    });
    const answer = answers[requests.length - 1];
    if (answer === undefined) throw new Error("a request that no test wrote an answer for");
    return typeof answer === "function" ? answer(init.signal ?? new AbortController().signal) : answer;
  };
  return { fetch: send as typeof fetch, requests };
}

export const refusesConnections = (): Promise<Response> =>
  Promise.reject(new TypeError("connect ECONNREFUSED 10.1.2.3: the other side's words"));

/** Never answers, and does not listen to the signal either. */
export const hangs = (): Promise<Response> => new Promise<Response>(() => undefined);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The headers and a part of the body, then silence. */
export const hangsInBody = (): Response =>
  new Response(new ReadableStream({ start: (controller) => controller.enqueue(bytes('{"id": ')) }), { headers: JSON_TYPE });

/** A part of the body, then the connection is gone. */
export const cutsBody = (): Response => {
  let sent = false;
  return new Response(
    new ReadableStream({
      pull(controller) {
        if (sent) controller.error(new TypeError("connection reset by the other side"));
        else controller.enqueue(bytes('{"id": "A-1"'));
        sent = true;
      },
    }),
    { headers: JSON_TYPE },
  );
};

/** Goes on for ever, `chunk` bytes at a time; `sent` counts them. */
export function endless(chunk = 64 * 1024): { readonly answer: () => Response; readonly sent: () => number } {
  let sent = 0;
  const answer = (): Response =>
    new Response(
      new ReadableStream({
        pull(controller) {
          sent += chunk;
          controller.enqueue(bytes(" ".repeat(chunk)));
        },
      }),
      { headers: JSON_TYPE },
    );
  return { answer, sent: () => sent };
}

export const JSON_TYPE = { "content-type": "application/json" };
export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(value), { status, headers: { ...JSON_TYPE, ...headers } });
