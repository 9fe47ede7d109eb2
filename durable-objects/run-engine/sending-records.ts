/** Sends what a run has on record: the texts first, as they may lie outside, then the records that name them; and those of a run that does not open any more. */
import { keepsRestricted } from "../../core/run/outside/restricted.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import { placeOfTexts } from "../../kit/sealed-text.ts";
import { TEXTS_AGAIN_MS } from "./content.ts";
import type { LoadedRun } from "./journal.ts";
import type { LeavingRecords } from "./leaving.ts";
import type { RunEnginePorts } from "./ports.ts";
import type { Reading } from "./reading.ts";
import type { Sealing } from "./sealing.ts";

/** The sender of one run's records. */
export class SendingRecords {
  readonly #ports: RunEnginePorts;
  readonly #sealing: Sealing;
  readonly #object: Reading;
  /** Records of a run that does not open any more. */
  #lost: LeavingRecords | null = null;

  constructor(ports: RunEnginePorts, sealing: Sealing, object: Reading) {
    this.#ports = ports;
    this.#sealing = sealing;
    this.#object = object;
  }

  /** INVARIANT: no record leaves before the texts that it names are kept (`LeavingTexts.heldFrom`). */
  async send(run: LoadedRun): Promise<void> {
    const { birth } = run.machinery;
    const { journal, read } = this.#object;
    try {
      await run.texts.keep(
        async (name, lines) => {
          const of = { org: birth.org, subject: birth.subject, run: birth.id };
          await this.#ports.keepTexts(of, name, await this.#sealedTexts(run, name, lines));
        },
        (seq) => read(() => journal.texts(seq)),
      );
    } catch (error) {
      this.#ports.log(logLine("run.texts_not_kept", { run: birth.id, error: errorName(error) }));
      return run.leaving.putOff(this.#ports.now() + TEXTS_AGAIN_MS);
    }
    await run.leaving.flush(this.#ports.send, this.#ports.now, this.#ports.resends);
  }

  /**
   * A run whose key is destroyed decides nothing any more. What it has on record still leaves: records hold nothing that is sealed. True when
   * everything has left.
   */
  async sendOfLost(confirmed: readonly string[] = []): Promise<boolean> {
    const by = this.#object.journal.sealedBy();
    if (by === null) return false;
    this.#lost ??= this.#object.journal.leavingOf(by.org, by.run, this.#ports.now());
    this.#lost.confirm(confirmed);
    await this.#lost.flush(this.#ports.send, this.#ports.now, this.#ports.resends);
    const isLeft = this.#lost.nextDueAt() === null;
    if (isLeft) this.#ports.resends.leave(by.run);
    return isLeft;
  }

  forget(): void {
    this.#lost = null;
  }

  /** Lines as they may lie outside: those of a sealed run are one. */
  async #sealedTexts({ machinery, state }: LoadedRun, name: string, lines: readonly string[]): Promise<readonly string[]> {
    if (!keepsRestricted(machinery, state)) return lines;
    const { id, org, subject } = machinery.birth;
    await this.#sealing.prepare({ org, run: id, subject });
    return [this.#sealing.seal(placeOfTexts(name), lines.join("\n"))];
  }
}
