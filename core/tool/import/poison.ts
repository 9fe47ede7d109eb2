/**
 * Orders in the description of a tool that reach beyond the tool: what injected text says about other tools, the conversation or the person is no
 * use of the tool. Beside the detectors of instructions (core/guardrail/injection), which know nothing of tools. Pure; linear in the text.
 */

const ORDERS: readonly RegExp[] = [
  // In front of every other tool.
  /\b(?:always|must|first)\b[^.]{0,80}\bbefore (?:using |calling )?(?:any|every|all|each)(?: of the)? other tools?\b/i,
  // The conversation as an argument.
  /\b(?:include|pass|send|put|paste|attach|copy|provide|append)\b[^.]{0,60}\b(?:entire|full|whole|complete|previous|prior) (?:conversation|chat|message history|history|context)\b/i,
  /\b(?:include|pass|send|put|paste|attach|copy|provide|append)\b[^.]{0,60}\bsystem prompt\b/i,
  // Secrecy towards the person.
  /\b(?:do not|don't|never|without)\s+(?:ever )?(?:tell|telling|mention|mentioning|inform|informing|notify|notifying|alert|alerting)\b[^.]{0,60}\b(?:user|person|human|anyone)\b/i,
  // In the place of others.
  /\b(?:do not|don't|never|stop) (?:use|using|call|calling) (?:any |the )?other tools?\b/i,
];

/** True when the text gives orders about more than its own tool. */
export const reachesBeyondItsTool = (text: string): boolean => {
  const plain = text.normalize("NFKC").replace(/\s+/g, " ");
  return ORDERS.some((order) => order.test(plain));
};
