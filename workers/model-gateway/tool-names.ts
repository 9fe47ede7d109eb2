/**
 * Names of tools as upstreams take them, and back. OpenAI's format allows `^[a-zA-Z0-9_-]{1,64}$`; ours (docs/contract.md, "Names") also have
 * dots and no capitals. Pure; the same list of tools gives the same names, so a conversation reads the same in every turn.
 */
import type { ModelTool } from "../../core/model/message.ts";

/** The names of a call's tools in both directions. */
export type ToolNames = {
  /** For the wire; also for tools that an earlier turn asked for and this call no longer offers. */
  readonly toWire: (name: string) => string;
  /** The tool of this call that a model means; null: none has that name. */
  readonly fromWire: (name: string) => string | null;
};

/** `orders.get` is `orders_get`, unless another tool of the call would be called the same: then its dots become `D`, which no name of ours has. */
export function toolNames(tools: readonly Pick<ModelTool, "name">[]): ToolNames {
  const names = [...new Set(tools.map(({ name }) => name))];
  const plain = (name: string): string => name.replaceAll(".", "_");
  const shared = new Set(names.filter((name) => names.some((other) => other !== name && plain(other) === plain(name))));
  const toWire = (name: string): string => (shared.has(name) ? name.replaceAll(".", "D") : plain(name));
  const offered = new Map(names.flatMap((name): [string, string][] => [[name, name]]));
  const onTheWire = new Map(names.map((name): [string, string] => [toWire(name), name]));
  return { toWire, fromWire: (name) => onTheWire.get(name) ?? offered.get(name) ?? null };
}
