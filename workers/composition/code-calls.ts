/** Calls of a tool's own code: an isolate from workers/isolate, with a gate from workers/egress that lives as long as the call. */
import { openGate } from "../egress/gate.ts";
import type { EgressPorts } from "../egress/ports.ts";
import type { Isolates } from "../isolate/isolates.ts";
import { DeadlineError } from "../kit/deadline.ts";
import type { CodeAnswer, CodeCall, ToolGatewayPorts } from "../tool-gateway/ports.ts";

/** The port of the tool gateway. Whatever the end, nothing of the call passes its gate afterwards. */
export const codeCalls =
  (isolates: Pick<Isolates, "run">, egress: EgressPorts): NonNullable<ToolGatewayPorts["runCode"]> =>
  async (call, deadline): Promise<CodeAnswer> => {
    const gate = openGate(egress, grantOf(call, egress.now() + call.timeoutMs));
    const { org, run } = call.context;
    const { code, fresh, input, ctx, timeoutMs, outputBytes } = call;
    try {
      const answer = await isolates.run({ org, run, code, fresh, input, ctx, timeoutMs, outputBytes }, gate, deadline);
      return { ...answer, sent: gate.sent() };
    } catch (error) {
      if (error instanceof DeadlineError && error.reason === "timeout") return { kind: "overdue", sent: gate.sent() };
      throw error;
    } finally {
      gate.close();
    }
  };

const grantOf = ({ context, tool, hosts, secrets }: CodeCall, until: number) => {
  const { org, run, activity, traceId, key } = context;
  return { v: 1, org, tool, run, activity, traceId, call: key, hosts, secrets, until } as const;
};
