/** Where callers want to be told: what was delivered, and how it was taken. */
import type { RunEnginePorts } from "../durable-objects/run-engine/ports.ts";
import type { Trouble } from "./trouble.ts";

type Callback = Parameters<RunEnginePorts["callBack"]>[0];

export class Callbacks {
  readonly taken = new Set<string>();
  readonly gone = new Set<string>();
  readonly #trouble: Trouble;
  readonly #rough: number;

  constructor(trouble: Trouble, rough: number) {
    this.#trouble = trouble;
    this.#rough = rough;
  }

  async take({ id }: Callback): Promise<"delivered" | "retry" | "gone"> {
    const struck = this.#trouble.strike("callback", this.#rough, ["refused", "refused", "gone"] as const);
    if (struck === "refused") return "retry";
    if (struck === "gone") this.gone.add(id);
    else this.taken.add(id);
    return struck === "gone" ? "gone" : "delivered";
  }
}
