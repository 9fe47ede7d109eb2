/** Names as docs/contract.md, "Conventions", writes them, and what a name of a person must not look like. */
import { z } from "@hono/zod-openapi";
import { isReservedUser } from "../../../core/access/person.ts";
import { flawOfName } from "../../../core/guardrail/pii/personal-name.ts";
import { SESSION_ID } from "../../../core/session/session.ts";

/** The form of an org's name. */
export const ORG_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
/** The form of a workflow's name. */
export const WORKFLOW_NAME = ORG_NAME;
/** Tools, and secrets like them. */
export const TOOL_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
/** The form of each half of a model's id, `{provider}/{name}`. */
export const MODEL_PART = /^[A-Za-z0-9][A-Za-z0-9.:_-]{0,127}$/;
/** What models are asked to do. */
const TASK_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
/** What a switch's scope can name: an org, workflow, tool or model. */
// Without a flag: whoever reads the pattern in /openapi.json has none.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const USER_NAME = /^[^\s/\u0000-\u001f\u007f-\u009f]{1,128}$/;

/** A name of the given form that tells nothing of a person (core/guardrail/pii/personal-name.ts). */
const named = (form: RegExp, flaw: string) =>
  z
    .string()
    .regex(form, flaw)
    .superRefine((text, context) => {
      const personal = flawOfName(text);
      if (personal !== null) context.addIssue({ code: "custom", message: personal });
    });

/** An org's name in a request. */
export const orgName = named(ORG_NAME, "is not the name of an org: it has 1 to 63 of `a-z`, `0-9` and `-`, the first no `-`").openapi({
  example: "acme",
});
/** A workflow's name in a request. */
export const workflowName = named(
  WORKFLOW_NAME,
  "is not the name of a workflow: it has 1 to 63 of `a-z`, `0-9` and `-`, the first no `-`",
).openapi({ example: "support-refund" });
/** A tool's name in a request. */
export const toolName = named(
  TOOL_NAME,
  "is not the name of a tool: it has 1 to 63 of `a-z`, `0-9`, `.`, `_` and `-`, the first a letter or digit",
).openapi({ example: "payments.refund" });
/** A task's name in a request. */
export const taskName = named(
  TASK_NAME,
  "is not the name of a task: it has 1 to 63 of `a-z`, `0-9`, `_` and `-`, the first a letter or digit",
).openapi({ example: "classify" });
/** A secret's name in a request. It has the form of a tool's name. */
export const secretName = named(
  TOOL_NAME,
  "is not the name of a secret: it has 1 to 63 of `a-z`, `0-9`, `.`, `_` and `-`, the first a letter or digit",
).openapi({ example: "shop-token" });
/** The provider or the name of a model's id in a path. */
export const modelPart = z.string().regex(MODEL_PART, "is not part of a model's id").openapi({ example: "small-2026-01-01" });

/** A user or subject. */
export const userName = named(USER_NAME, "has 1 to 128 characters, none of them a space or `/`")
  .refine((user) => !isReservedUser(user), "is reserved")
  // As JSON Schema writes it: without delimiters and flags.
  .openapi({ example: "u-1007", pattern: USER_NAME.source });

/** A user that a filter names: what cannot exist is simply not found. */
export const userFilter = z.string().max(128, "has at most 128 characters");

/** Reasons and comments that people write. */
export const reasonText = z
  .string()
  .min(1, "must not be empty")
  .max(2_000, "has at most 2000 characters")
  .openapi({ example: "the customer called" });

/** Anything that JSON can say; what is absent is none of it. */
export const anyJson = z
  .unknown()
  .refine((value) => value !== undefined, "is required")
  .openapi({ description: "any JSON value" });

/** RFC 3339 with an offset. */
export const instant = z.iso.datetime({ offset: true, error: "is not a time as RFC 3339 writes it" });

const SESSION_FLAW = "has 1 to 64 letters, digits, `_` and `-`";
/** A session's id, which the caller chooses. It is on every span of its runs. */
export const sessionName = named(SESSION_ID, SESSION_FLAW);
/** A session that a filter names: of those from before, too, whose ids are no longer taken. */
export const sessionFilter = z.string().regex(SESSION_ID, SESSION_FLAW);

/** A version of an org's policies: the hash of its content. */
export const policyVersion = z.string().regex(/^[0-9a-f]{32}$/, "is not a version of the org's policies");
