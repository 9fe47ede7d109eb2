/** A CPU profile of a runtime, over its inspector (Chrome DevTools Protocol, domain `Profiler`): where its time goes, by function. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openInspector } from "./inspector.ts";
import type { Runtime } from "./runtime.ts";

type Frame = { readonly functionName: string; readonly url: string; readonly lineNumber: number };
type ProfileNode = { readonly id: number; readonly callFrame: Frame; readonly children?: readonly number[] };
type CpuProfile = { readonly nodes: readonly ProfileNode[]; readonly samples: readonly number[]; readonly timeDeltas: readonly number[] };

const SAMPLE_EVERY_US = 200;

/** Profiles `work` and keeps the profile as `<folder>/<name>.cpuprofile`, which DevTools and editors open. */
export async function profiled(runtime: Runtime, folder: string, name: string, work: () => Promise<void>): Promise<void> {
  const { ask, close } = await openInspector(runtime);
  await ask("Profiler.enable");
  await ask("Profiler.setSamplingInterval", { interval: SAMPLE_EVERY_US });
  await ask("Profiler.start");
  await work();
  const profile = (await ask<{ profile?: CpuProfile }>("Profiler.stop"))?.profile;
  close();
  if (profile === undefined) throw new Error("the runtime gave no profile");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.cpuprofile`), JSON.stringify(profile));
  writeFileSync(join(folder, `${name}.txt`), `${heaviest(profile).join("\n")}\n`);
}

/** Functions by the time spent in themselves, with the time spent in them and all they call. Recursion counts once. */
export function heaviest(profile: CpuProfile, lines = 80): string[] {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child): [number, number] => [child, node.id])));
  const own = new Map<string, number>();
  const total = new Map<string, number>();
  let all = 0;
  profile.samples.forEach((sample, index) => {
    const time = profile.timeDeltas[index] ?? 0;
    const seen = new Set<string>();
    for (let at: number | undefined = sample; at !== undefined; at = parents.get(at)) {
      const name = nameOf(nodes.get(at));
      if (at === sample) own.set(name, (own.get(name) ?? 0) + time);
      if (!seen.has(name)) total.set(name, (total.get(name) ?? 0) + time);
      seen.add(name);
    }
    if (!/^\((idle|program|root)\)/.test(nameOf(nodes.get(sample)))) all += time;
  });
  const share = (time: number): string => `${((100 * time) / all).toFixed(1)} %`.padStart(8);
  const table = (title: string, times: ReadonlyMap<string, number>): string[] => [
    title,
    ...[...times]
      .sort((a, b) => b[1] - a[1])
      .slice(0, lines)
      .map(([name, time]) => `${share(time)}  ${(time / 1000).toFixed(0).padStart(7)} ms  ${name}`),
  ];
  return [...table("in the function itself", own), "", ...table("with all that it calls", total)];
}

const nameOf = (node: ProfileNode | undefined): string =>
  node === undefined
    ? "(gone)"
    : `${node.callFrame.functionName || "(anonymous)"} ${node.callFrame.url.split("/").at(-1) ?? ""}:${node.callFrame.lineNumber + 1}`;
