/** What a deep check is: something long, for real, with a table at its end and a list of what was violated. */

/** `--runs`, `--kills`, `--seed`, or what `--quick` stands for. */
export type Sizes = {
  readonly runs: number;
  readonly kills: number;
  /** Simulated worlds. */
  readonly worlds: number;
  /** Texts that the guardrails are fuzzed with. */
  readonly texts: number;
  /** Requests that the API is fuzzed with. */
  readonly requests: number;
  /** For every random choice. */
  readonly seed: number;
};

export type CheckTools = {
  readonly sizes: Sizes;
  /** What is being done, for the progress display. */
  readonly tell: (what: string) => void;
  /** Something that must hold does not. */
  readonly violation: (what: string) => void;
};

export type Check = {
  /** As `npm run check:deep -- NAME` asks for it. */
  readonly name: string;
  readonly title: string;
  /** What the check needs and this machine lacks, such as "BULKHEAD_DATA, the folder with measuring data"; null: it can run. Absent: it needs nothing. */
  readonly lacks?: () => string | null;
  /** Rows of the table, its header first. Throws when the check itself could not be made. */
  readonly run: (tools: CheckTools) => Promise<string[][]>;
};
