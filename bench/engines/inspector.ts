/** A session with the inspector of a runtime (Chrome DevTools Protocol): asks one thing after another. */
import type { Runtime } from "./runtime.ts";

export type Inspector = { ask<T>(method: string, params?: object): Promise<T | undefined>; close(): void };

/** Of the Worker's own isolate. Throws when the runtime was started without `inspect`. */
export async function openInspector(runtime: Runtime): Promise<Inspector> {
  const socket = new WebSocket(await inspectedWorker(runtime));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", () => reject(new Error("the runtime's inspector does not answer")), { once: true });
  });
  let last = 0;
  return {
    ask: <T>(method: string, params: object = {}) =>
      new Promise<T | undefined>((resolve) => {
        const id = ++last;
        const hear = ({ data }: MessageEvent): void => {
          const message = JSON.parse(String(data)) as { id?: number; result?: T };
          if (message.id !== id) return;
          socket.removeEventListener("message", hear);
          resolve(message.result);
        };
        socket.addEventListener("message", hear);
        socket.send(JSON.stringify({ id, method, params }));
      }),
    close: () => socket.close(),
  };
}

/** Bytes that live JavaScript objects of the Worker's isolate take, after a full collection. */
export async function liveHeap(inspector: Inspector): Promise<number> {
  await inspector.ask("HeapProfiler.collectGarbage");
  return (await inspector.ask<{ usedSize: number }>("Runtime.getHeapUsage"))?.usedSize ?? 0;
}

/** The runtime lists what can be inspected; the Worker is there beside the services that Miniflare adds. */
async function inspectedWorker({ inspectorUrl, name }: Runtime): Promise<string> {
  const { host } = await inspectorUrl();
  const listed = (await (await fetch(`http://${host}/json`)).json()) as { id: string }[];
  const found = listed.find(({ id }) => id.endsWith(`:${name}`) || id === name);
  if (found === undefined) throw new Error(`the inspector lists no Worker \`${name}\`: ${listed.map(({ id }) => id).join(", ")}`);
  return `ws://${host}/${found.id}`;
}
