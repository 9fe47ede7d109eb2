/** Who asks for something, where it belongs, and when: what every door knows of a request before it calls a use case. */
import type { Principal } from "../../core/access/principal.ts";
import type { EpochMs } from "../../core/time.ts";

/** W3C Trace Context: where this request belongs. */
export type Trace = {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits: this request's own span. */
  readonly spanId: string;
  /** The caller's span; null when none came. */
  readonly parentSpanId: string | null;
};

/** A caller with the trace and the time of the request. */
export type Requester = { readonly principal: Principal; readonly trace: Trace; readonly at: EpochMs };
