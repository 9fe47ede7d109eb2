/** How names in a definition are written (docs/contract.md, "Names"). */

/** The name of a workflow. */
export const WORKFLOW_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
/** The id of a step. It has no hyphen, so that expressions can name it: `steps.refund`. */
export const STEP_ID = /^[a-z][a-z0-9_]{0,62}$/;
/** The name of a tool. */
export const TOOL_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
/** `{provider}/{name}`. */
export const MODEL_ID = /^[a-z0-9][a-z0-9-]{0,62}\/[A-Za-z0-9][A-Za-z0-9._:-]{0,126}$/;
/** The name of a task that routes to a model. */
export const TASK_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
/** Stands in a URL's path, where `.` and `..` mean something else (RFC 3986 section 5.2.4): a signal of that name would never come. */
export const SIGNAL_NAME = /^(?!\.{1,2}$)[a-zA-Z0-9_.-]{1,64}$/;
