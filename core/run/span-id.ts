/** Span ids come from the journal: the event that sent a call out names the call's span. W3C Trace Context section 3.2.2.4: 8 bytes, hex. */
type Hash = (text: string) => string;

export const runSpanId = (sha256: Hash, run: string): string => sha256(`span/${run}`).slice(0, 16);
export const stepSpanId = (sha256: Hash, run: string, activity: string): string => sha256(`span/${run}/${activity}`).slice(0, 16);
/** `call`: number of the `tool.called` or `model.calling` event. */
export const callSpanId = (sha256: Hash, run: string, call: number): string => sha256(`span/${run}#${call}`).slice(0, 16);
