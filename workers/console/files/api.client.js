/** The HTTP API as the console uses it: the session cookie goes along, refusals come back as `ApiError`. Keeps no data. */

/** An answer that says no: the words of the problem document, which are written for people. */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? problem?.title ?? `the server answered ${status}`);
    this.status = status;
    this.code = problem?.code ?? "";
    this.fields = Array.isArray(problem?.errors) ? problem.errors : [];
  }
}

/** `signal` ends a request whose view was left. */
export const read = (path, signal) => ask("GET", path, { signal });

/** A file of the console's own, as text. */
export async function readText(path, signal) {
  const response = await fetch(path, { signal, redirect: "error" });
  if (!response.ok) throw new ApiError(response.status, null);
  return response.text();
}

/** Every write names itself: a page of another origin cannot set this header, and the cookie does not count without it. */
export const write = (method, path, body, headers = {}) =>
  ask(method, path, {
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      "X-Bulkhead-Console": "1",
      ...headers,
    },
  });

/** The key is sent once and kept nowhere: what stays is a cookie that no script can read. */
export const signIn = (key) => write("POST", "/console/session", undefined, { Authorization: `Bearer ${key}` });
export const signOut = () => write("DELETE", "/console/session");

/** `/v1/runs?status=waiting&limit=50`, empty values left out. */
export function withQuery(path, query) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== "" && value !== null && value !== undefined) params.set(name, String(value));
  const text = params.toString();
  return text === "" ? path : `${path}?${text}`;
}

async function ask(method, path, { body, headers, signal } = {}) {
  let response;
  try {
    response = await fetch(path, {
      method,
      body,
      signal,
      headers: { Accept: "application/json", ...headers },
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
    });
  } catch (error) {
    if (error?.name === "AbortError") throw error;
    throw new ApiError(0, { detail: "the platform cannot be reached" });
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(response.status, answer);
  return answer;
}
