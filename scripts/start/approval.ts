/** The refund waits for a second person: asked here on the terminal, decided by `--approve`, or left to the console. */
import { createInterface } from "node:readline/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { ReviewView } from "../../sdk/client.ts";
import { BulkheadError, type Client } from "../../sdk/client.ts";
import type { Terminal } from "./terminal.ts";
import { wrap } from "./text.ts";

export type Approver = {
  readonly reviewer: Client;
  readonly reviewerName: string;
  readonly terminal: Terminal;
  /** `--approve`. */
  readonly always: boolean;
  readonly console: string;
};

/** Returns when the run's review is decided, by whomever. */
export async function settleReview(run: string, approver: Approver): Promise<void> {
  const { reviewer, terminal } = approver;
  const review = await findReview(reviewer, run);
  if (review === null) return; // decided already
  showReview(review, approver);
  if (approver.always) {
    await decide(approver, review, "approve", "approved by --approve");
    terminal.line(`  ${approver.reviewerName} approves (--approve).`);
  } else if (process.stdin.isTTY === true && terminal.live) {
    await ask(approver, review);
  } else {
    terminal.line(`  Waiting for a decision at ${approver.console}, or by POST /v1/reviews/${review.id}/decision.`);
    await decidedElsewhere(reviewer, review.id, new AbortController().signal);
  }
  terminal.line();
}

/** A run is `waiting` only once its review can be read, but the list may lag by some seconds. */
async function findReview(reviewer: Client, run: string): Promise<ReviewView | null> {
  for (const until = Date.now() + 10_000; Date.now() < until; await sleep(200)) {
    const { data } = await reviewer.reviews.list({ limit: 200 });
    const mine = data.filter((review) => review.run === run);
    const open = mine.find(isOpen);
    if (open !== undefined) return open;
    if (mine.length > 0) return null;
  }
  throw new Error("the run waits for a person, but its review is not listed");
}

const isOpen = ({ status }: ReviewView): boolean => status === "pending" || status === "escalated";

function showReview(review: ReviewView, { terminal, reviewerName }: Approver): void {
  const { paint } = terminal;
  terminal.line();
  terminal.line(
    `  ${paint("bold", "A person must approve")}: ${reviewerName} is asked, because nobody may decide on a run that they started.`,
  );
  terminal.line(`    step ${review.step}, severity ${review.severity}, due ${review.due_at}`);
  for (const line of wrap(JSON.stringify(review.proposal), terminal.width - 6)) terminal.line(`    ${paint("yellow", line)}`);
}

/** The question goes away by itself when somebody decides in the console meanwhile. */
async function ask(approver: Approver, review: ReviewView): Promise<void> {
  const { reviewer, terminal } = approver;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const over = new AbortController();
  lines.on("SIGINT", () => process.emit("SIGINT")); // readline keeps Ctrl-C for itself otherwise
  void decidedElsewhere(reviewer, review.id, over.signal).then(
    () => over.abort(),
    () => {},
  );
  try {
    for (;;) {
      const answer = (await lines.question("  Approve this? [y/n] ", { signal: over.signal })).trim().toLowerCase();
      if (answer === "y" || answer === "yes") return await decide(approver, review, "approve", "approved on the terminal");
      if (answer === "n" || answer === "no") return await decide(approver, review, "reject", "rejected on the terminal");
    }
  } catch (error) {
    if (!over.signal.aborted) throw error;
    terminal.line("\n  Decided elsewhere.");
  } finally {
    over.abort();
    lines.close();
  }
}

/** `digest` makes sure that what is decided is what was shown. */
async function decide({ reviewer }: Approver, review: ReviewView, action: "approve" | "reject", reason: string): Promise<void> {
  try {
    await reviewer.reviews.decide(review.id, { action, reason, digest: review.digest });
  } catch (error) {
    if (!(error instanceof BulkheadError) || error.code !== "conflict") throw error; // somebody else was quicker
  }
}

async function decidedElsewhere(reviewer: Client, id: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    await sleep(1_000, undefined, { signal });
    if (!isOpen(await reviewer.reviews.get(id))) return;
  }
}
