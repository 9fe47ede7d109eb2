/**
 * Runs in the tool's isolate before the tool's code: takes what the code has no use for, keeps what this side needs, and makes what
 * calls share unchangeable. Nothing outside relies on it: the network and the size of answers are bounded on the other side.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** The call that the code runs for. */
export const calls = new AsyncLocalStorage();

const { parse, stringify, rawJSON } = JSON;
const { freeze, values } = Object;
const NativeRequest = Request;
const NativeTypeError = TypeError;

/** Parses a text, frozen to its leaves. */
export function parseFrozen(text) {
  const whole = parse(text);
  const open = [whole];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    for (const item of values(value)) open.push(item);
    freeze(value);
  }
  return whole;
}

const REFUSED = { function: "a function", symbol: "a symbol" };

/** The output as JSON. Throws for what JSON cannot say: it would be dropped or become null without a word. */
export function toJson(output) {
  return stringify(output === undefined ? null : output, (_, value) => {
    if (typeof value === "number" && value - value !== 0) throw new NativeTypeError(`the output holds ${value}, which JSON cannot say`);
    if (typeof value === "bigint") return rawJSON(`${value}`);
    const refused = REFUSED[typeof value];
    if (refused !== undefined) throw new NativeTypeError(`the output holds ${refused}, which JSON cannot say`);
    return value;
  });
}

/** The only way out: the gate of this call, which is closed when the call is over. */
async function fetchThroughGate(input, init) {
  const call = calls.getStore();
  if (call === undefined) throw new NativeTypeError("fetch works within a call only");
  const response = await call.gate.send(new NativeRequest(input, init));
  const refusal = response.headers.get("bulkhead-egress-refused");
  if (refusal !== null) {
    const { message } = await response.json();
    throw new NativeTypeError(`the request was refused: ${refusal} (${message})`);
  }
  return response;
}

const silent = () => undefined;

/** A method that instances may have under the same name, as they may without this: `error.name = "…"` makes an own property. */
function overridable(prototype, name, value) {
  return {
    configurable: false,
    enumerable: false,
    get: () => value,
    set(own) {
      if (this === prototype) throw new NativeTypeError("built-in objects cannot be changed");
      Object.defineProperty(this, name, { value: own, writable: true, enumerable: true, configurable: true });
    },
  };
}

/** Names that ordinary code assigns on instances; elsewhere a frozen prototype forbids the assignment. */
const ASSIGNED = ["constructor", "name", "message", "toString", "valueOf", "toJSON", "toLocaleString"];

function harden(prototype) {
  for (const name of ASSIGNED) {
    const own = Object.getOwnPropertyDescriptor(prototype, name);
    if (own?.configurable && "value" in own) Object.defineProperty(prototype, name, overridable(prototype, name, own.value));
  }
  freeze(prototype);
}

globalThis.fetch = fetchThroughGate;
// Kept by the platform beyond the call, and perhaps beyond the org.
delete globalThis.caches;
// What code prints would stand in the platform's logs.
for (const name of Object.keys(console)) console[name] = silent;
freeze(console);

const asyncFunction = async () => undefined;
function* generator() {}
async function* asyncGenerator() {}
for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(globalThis))) {
  if (!/^[A-Z]/.test(name) || value === null || (typeof value !== "function" && typeof value !== "object")) continue;
  if (typeof value === "function" && value.prototype) harden(value.prototype);
  freeze(value);
}
for (const made of [asyncFunction, generator, asyncGenerator]) harden(Object.getPrototypeOf(made));
for (const made of [generator.prototype, asyncGenerator.prototype]) harden(Object.getPrototypeOf(made));
for (const iterator of [[][Symbol.iterator](), new Map().entries(), new Set().values(), ""[Symbol.iterator](), generator()])
  harden(Object.getPrototypeOf(iterator));
harden(Object.getPrototypeOf(Int8Array.prototype));
