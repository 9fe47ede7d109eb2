/**
 * A case: one request to the platform, what its model's upstream answers, and what must hold of the result. Read from a JSON file, which
 * needs no code; knows nothing of how it is played.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** A rule of the scripted upstream: the first one whose `when` fits the request answers it. */
export type UpstreamRule = {
  readonly when?: {
    /** The how-manieth request of the case, from 1. */
    readonly call?: number;
    readonly model?: string;
    /** Path that must, or must not, be in the request body. */
    readonly present?: string;
    readonly absent?: string;
    /** [path, value] */
    readonly equals?: readonly [string, unknown];
    readonly present_not?: readonly [string, unknown];
  };
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A stream; an object's `base64` is sent as its bytes. */
  readonly chunks?: readonly (string | { readonly base64: string })[];
};

/** `path`: names and positions in the result, with dots between them. */
export type Expectation = { readonly path: string } & {
  readonly equals?: unknown;
  readonly not?: unknown;
  readonly matches?: string;
  readonly max?: number;
  readonly absent?: boolean;
};

export type Case = {
  readonly name: string;
  readonly source?: string;
  readonly kind: "chat" | "embed" | "guard" | "run";
  readonly request?: Readonly<Record<string, unknown>>;
  readonly times?: number;
  readonly texts?: readonly string[];
  readonly channel?: string;
  readonly workflow?: Readonly<Record<string, unknown>>;
  readonly input?: unknown;
  readonly upstream?: readonly UpstreamRule[];
  readonly expect: readonly Expectation[];
};

/** A file without `expect` is the body of a chat request that must be answered with 200. */
export function readCase(file: string): Case {
  const content = JSON.parse(readFileSync(file, "utf8")) as Case | Readonly<Record<string, unknown>>;
  if ("expect" in content) return content as Case;
  const isStream = content["stream"] === true;
  return {
    name: basename(file, ".json"),
    kind: "chat",
    request: content,
    expect: [{ path: "status", equals: 200 }],
    upstream: [plainAnswer(isStream)],
  };
}

function plainAnswer(isStream: boolean): UpstreamRule {
  const head = { id: "chatcmpl-1", created: 1, model: "m" };
  const usage = { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25 };
  const chunk = (choices: unknown, more = {}) =>
    `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices, ...more })}\n\n`;
  if (!isStream) {
    const message = { role: "assistant", content: "It is mild." };
    return { body: { ...head, object: "chat.completion", choices: [{ index: 0, message, finish_reason: "stop" }], usage } };
  }
  return {
    chunks: [
      chunk([{ index: 0, delta: { role: "assistant", content: "It is mild." }, finish_reason: null }]),
      chunk([{ index: 0, delta: {}, finish_reason: "stop" }], { usage }),
      "data: [DONE]\n\n",
    ],
  };
}

/** What does not hold, as lines for a person; none when the case passes. */
export function flawsOf({ expect }: Case, result: unknown): string[] {
  return expect
    .filter((expectation) => !holds(expectation, at(result, expectation.path)))
    .map((expectation) => `${expectation.path} is ${shorten(at(result, expectation.path))}, expected ${shorten(expectation)}`);
}

function holds(expectation: Expectation, value: unknown): boolean {
  if ("equals" in expectation) return same(value, expectation.equals);
  if ("not" in expectation) return !same(value, expectation.not);
  if (expectation.matches !== undefined) return new RegExp(expectation.matches).test(String(value));
  if (expectation.max !== undefined) return Number(value ?? Number.NaN) <= Number(expectation.max);
  return expectation.absent === true && (value === undefined || value === null);
}

/** The value at a path of own properties; undefined where there is none. */
export const at = (root: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((value, name) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    return (value as Record<string, unknown>)[name];
  }, root);

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const shorten = (value: unknown): string => (JSON.stringify(value) ?? "undefined").slice(0, 300);
