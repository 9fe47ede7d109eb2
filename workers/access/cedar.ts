/** Cedar's WebAssembly module in this isolate. */
import { initSync } from "@cedar-policy/cedar-wasm/web";
// @ts-expect-error: the bundler hands out the module itself; the declaration beside the file describes its exports
import cedarModule from "../../node_modules/@cedar-policy/cedar-wasm/web/cedar_wasm_bg.wasm";

/** MUST be called before anything else of Cedar is. Harmless when it was called before. */
export function startCedar(): void {
  initSync({ module: cedarModule });
}
