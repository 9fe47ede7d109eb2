/** The entrypoint of a tool's isolate: one call in, one answer out. */
// First of all: the ground is laid before the code of the tool (tool.js) runs.
import "./ground.isolate.js";
import { WorkerEntrypoint } from "cloudflare:workers";
import * as tool from "tool.js";
import { calls, parseFrozen, toJson } from "./ground.isolate.js";

const { stringify } = JSON;
const NativeResponse = Response;

export default class extends WorkerEntrypoint {
  /**
   * `text`: `{input, ctx}`. 200: the output. 422: the code threw an `error` of its own, which is said. 500: anything else that it threw.
   * 413: its output is longer than `limit` UTF-16 units, so it is longer than as many bytes.
   */
  async call(text, limit, gate) {
    try {
      const { input, ctx } = parseFrozen(text);
      if (typeof tool.default !== "function")
        return new NativeResponse(stringify({ message: "the default export is no function" }), { status: 500 });
      const output = toJson(await calls.run({ gate }, () => tool.default(input, ctx)));
      return output.length > limit ? new NativeResponse(null, { status: 413 }) : new NativeResponse(output);
    } catch (thrown) {
      return answerTo(thrown);
    }
  }
}

/** Reads nothing but texts, each once: what was thrown may be anything. */
function answerTo(thrown) {
  const said = {};
  for (const name of ["error", "message", "field"]) {
    try {
      const value = thrown[name];
      if (typeof value === "string") said[name] = value.slice(0, 1024);
    } catch {
      // a getter that throws says nothing
    }
  }
  if (typeof thrown === "string") said.message = thrown.slice(0, 1024);
  return new NativeResponse(stringify(said), { status: said.error === undefined ? 500 : 422 });
}
