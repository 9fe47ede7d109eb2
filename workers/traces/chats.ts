/** Hands the spans of chats, which their records tell, to the queue of traces before the records are confirmed. Holds up no record. */
import type { RecordsMessage } from "../../core/audit/record.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { TraceMessage } from "../../core/trace/message.ts";
import { chatSpans } from "../../core/trace/of-chat.ts";
import { spanText } from "../../core/trace/otlp.ts";
import type { TraceSettings } from "../../core/trace/rule.ts";

/** What it needs from outside. */
export type ChatTracesPorts = {
  readonly settings: (org: string) => Promise<TraceSettings>;
  readonly send: (message: TraceMessage) => Promise<void>;
  readonly olderNames: boolean;
  readonly sha256: (text: string) => string;
  readonly log: Log;
};

/** A message of a queue holds 128 kB, and a span has about a kilobyte. */
const SPANS_PER_MESSAGE = 50;

/** A message of records that comes again gives the same spans, under the same ids. Never throws. */
export async function exportChats(messages: readonly RecordsMessage[], ports: ChatTracesPorts): Promise<void> {
  for (const message of messages) {
    if (message.v !== 1 || message.source.kind !== "budget-ledger") continue;
    try {
      const texts = chatSpans(message, await ports.settings(message.org), ports.olderNames, ports.sha256).map(spanText);
      for (let from = 0; from < texts.length; from += SPANS_PER_MESSAGE)
        await ports.send({ v: 1, kind: "texts", org: message.org, texts: texts.slice(from, from + SPANS_PER_MESSAGE) });
    } catch (error) {
      ports.log(logLine("trace.chats_dropped", { org: message.org, error: errorName(error) }));
    }
  }
}
