/** The guardrails as they are, over a vault that lies in memory: for tests of whoever asks them. */
import { type CallMemory, newCallMemory } from "../../core/chat/call-memory.ts";
import { defineGuard } from "../../workers/guardrail/guard.ts";
import type { Guard } from "../../workers/guardrail/ports.ts";

export function memoryGuard(): { readonly guard: Guard; readonly memory: CallMemory } {
  const memory = newCallMemory();
  const guard = defineGuard({
    vault: {
      assign: async (_org, { origin, values }) => values.map(({ type, value }) => memory.assign(type, value, origin)),
      open: async (_org, { placeholders, inputOnly }) => placeholders.map((name) => memory.valueOf(name, inputOnly)),
    },
  });
  return { guard, memory };
}
