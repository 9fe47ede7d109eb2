/** What a part gets and gives. */
import type { Bundle } from "../engines/bundle.ts";
import type { Figure } from "../report/figure.ts";
import type { ToolServer } from "../servers/start-tool-server.ts";

export type PartTools = {
  readonly quick: boolean;
  readonly tools: ToolServer;
  /** Built once, when the first part asks. */
  readonly platform: () => Promise<Bundle>;
  readonly floors: () => Promise<Bundle>;
  /** Folder for CPU profiles; null: none are taken. */
  readonly profile: string | null;
  readonly tell: (what: string) => void;
};

export type Part = (tools: PartTools) => Promise<readonly Figure[]>;
