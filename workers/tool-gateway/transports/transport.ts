/**
 * What a transport is: the one part of a tool's call that depends on the tool's kind. It knows how a call is put into words, how it is
 * sent, and how far it came; permissions, credentials, guards, schemas and kept answers are `governed.ts`'s.
 */
import type { Json } from "../../../core/json.ts";
import type { Label } from "../../../core/label/label.ts";
import type { Result } from "../../../core/result.ts";
import type { CallContext, Failure, Reached } from "../../../core/run/calls/call.ts";
import type { ManifestOf, ToolKind, ToolManifest } from "../../../core/tool/manifest.ts";
import type { ExactJson } from "../../../core/untrusted-json.ts";
import type { Deadline } from "../../kit/deadline.ts";

/** A call in the transport's words, before it is allowed. Holds no credential. */
export type Plan = {
  /** Where it goes; the deployment and the org must allow it. null: to no host. */
  readonly target: URL | null;
  /** Name of the secret that takes the place of a credential made for this call; null: none. */
  readonly secret: string | null;
};

/** What governance adds to an allowed call. */
export type Grant = {
  readonly context: CallContext;
  /** For this one call; what the tool sends back of it is taken out of the answer. */
  readonly credential: string;
};

/** The tool answered that it did as it was asked. */
export type Answer = {
  /** How old the answer was when it came, in milliseconds; 0 when nothing says so. */
  readonly ageMs: number;
  /** False: the tool forbids that it is kept. */
  readonly mayBeKept: boolean;
  /** Whose word it is. Absent: the tool's. */
  readonly label?: Label;
  /** At most `limitBytes` of the body, as JSON. Called once, or `drop` is. Throws a `DeadlineError` and nothing else. */
  read(limitBytes: number, deadline: Deadline): Promise<Read>;
  /** Nobody wants the body. */
  drop(): void;
};

/** `unknown`: the body was cut short. `answered`: it came whole, or breaks off at the limit. */
export type Read = { readonly reached: "unknown" | "answered"; readonly body: Result<ExactJson, Failure> };

/** MUST NOT hold words of the other side but in the answer's body and in `said`. */
export type Sent = {
  /** Of a failed call: the beginning of what the tool said about it, not judged yet. */
  readonly said?: Json;
  readonly reached: Reached;
  /** The status of an HTTP answer, for the journal; null: none. */
  readonly status: number | null;
  /** When `reached` is `unknown`, governance gives the failure its class. */
  readonly answer: Result<Answer, Failure>;
  /** Present: the tool says that what it was asked for does not exist. */
  readonly found?: false;
};

/** Its methods see only what its other methods returned. */
export type Transport<M extends ToolManifest, P extends Plan = Plan, R = unknown> = {
  /** Decides what would be sent, or why this input cannot be. Sends nothing. */
  check(manifest: M, input: Json): Result<P, Failure>;
  /** Adds the credential to an allowed plan. Sends nothing. */
  prepare(manifest: M, plan: P, grant: Grant): Result<R, Failure>;
  /**
   * Makes the call once, and resolves as soon as the tool has begun to answer. MUST say `no` only when the tool certainly did nothing.
   * What it throws counts as `unknown`.
   */
  send(request: R, deadline: Deadline): Promise<Sent>;
};

/** A kind of tool without a transport does not compile. */
export type Transports = { readonly [K in ToolKind]: Transport<ManifestOf<K>> };
