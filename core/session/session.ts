/** A session: the runs of one person that make up a conversation, and what was said in it. Pure. */
import type { Json } from "../json.ts";
import type { DataClass, Label } from "../label/label.ts";
import { join, OWN } from "../label/label.ts";
import { type Labels, merged, placedAt, whole } from "../label/labels.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";

/** The form of a session's id, which the caller chooses. Two people with the same id have two sessions. */
export const SESSION_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Maximum runs of a session that wait for their turn; a further one is refused with `rate_limited`. */
export const WAITING_RUNS = 20;

/** Maximum UTF-16 units of one message; what is longer is cut. */
export const MESSAGE_UNITS = 8_000;

/** Who said a message: the person, or the workflow. */
export type SessionRole = "user" | "assistant";

/** One message of a session. PERSISTED: fields may be added. */
export type SessionMessage = {
  readonly role: SessionRole;
  /** Placeholders in a stored message are the session's own in its person's vault; in a run they are the run's. */
  readonly content: string;
  readonly label: Label;
  /** The run that said it. */
  readonly run: string;
  readonly at: EpochMs;
};

/** What became of the messages that are no longer kept one by one. PERSISTED: fields may be added. */
export type SessionSummary = {
  readonly text: string;
  /** Of everything that was summarised. */
  readonly label: Label;
  /** Messages that it stands for, and their UTF-16 units together. */
  readonly messages: number;
  readonly units: number;
};

/** What a run is told when its turn has come. */
export type SessionContent = {
  readonly messages: readonly Pick<SessionMessage, "role" | "content" | "label">[];
  readonly summary: Pick<SessionSummary, "text" | "label"> | null;
};

/** What a run has to say at its end. */
export type Said = Pick<SessionMessage, "role" | "content" | "label">;

/** A session of nobody: nothing was said. */
export const SILENCE: SessionContent = { messages: [], summary: null };

/** `session` as the expressions of a run see it. */
export const sessionInScope = ({ messages, summary }: SessionContent): { readonly messages: Json; readonly summary: string } => ({
  messages: messages.map(({ role, content }) => ({ role, content })),
  summary: summary?.text ?? "",
});

/** The labels of `session`, by place. */
export const labelsOfSession = ({ messages, summary }: SessionContent): Labels =>
  merged([
    placedAt("messages", merged(messages.map(({ label }, index) => placedAt(String(index), whole(label))))),
    ...(summary === null ? [] : [placedAt("summary", whole(summary.label))]),
  ]);

/** The highest class of what was said. */
export const classOfSession = ({ messages, summary }: SessionContent): DataClass =>
  messages.reduce((sofar, { label }) => join(sofar, label), summary?.label ?? OWN).class;

/** One session as its object keeps it. */
export type StoredSession = {
  readonly id: string;
  readonly subject: string;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly summary: SessionSummary | null;
  readonly messages: readonly SessionMessage[];
  /** Its runs that have not said their last word, in the order in which they joined. */
  readonly runs: readonly { readonly run: string; readonly state: MemberState }[];
};

/**
 * Where a run stands in its session. `waiting`: for its turn. `called`: its turn has come, and it has not answered. `speaking`: it has the
 * turn. `apart`: it waits for a person and has let the next go on.
 */
export type MemberState = "waiting" | "called" | "speaking" | "apart";

/** A session as callers see it. */
export const sessionView = (one: StoredSession) => ({
  id: one.id,
  subject: one.subject,
  messages: one.messages.map(({ role, content, run, at }) => ({ role, content, run, at: toRfc3339(at) })),
  summary: one.summary === null ? null : { text: one.summary.text, messages: one.summary.messages },
  runs: one.runs.map(({ run, state }) => ({ run, state: state === "called" ? ("waiting" as const) : state })),
  created_at: toRfc3339(one.createdAt),
  updated_at: toRfc3339(one.updatedAt),
  expires_at: toRfc3339(one.expiresAt),
});
