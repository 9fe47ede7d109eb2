/** The Prometheus text format, version 0.0.4 (prometheus.io, "Exposition formats"): families of samples, written out. */

/** Labels of a sample, by name. */
export type Labels = { readonly [name: string]: string };
/** One line of a family. */
export type Sample = { readonly suffix?: "_bucket" | "_sum" | "_count"; readonly labels: Labels; readonly value: number };
/** A metric with its samples. */
export type Family = {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: readonly Sample[];
};

/** The text that a scrape gets. */
export function writeFamilies(families: readonly Family[]): string {
  return families
    .map(({ name, help, type, samples }) =>
      [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map((sample) => line(name, sample))].join("\n"),
    )
    .join("\n")
    .concat("\n");
}

/** Cumulative buckets, sum and count of one histogram. `counts[i]`: observations at or below `bounds[i]`. */
export function histogram(labels: Labels, bounds: readonly number[], counts: readonly number[], sum: number, count: number): Sample[] {
  return [
    ...bounds.map((bound, index): Sample => ({ suffix: "_bucket", labels: { ...labels, le: String(bound) }, value: counts[index] ?? 0 })),
    { suffix: "_bucket", labels: { ...labels, le: "+Inf" }, value: count },
    { suffix: "_sum", labels, value: sum },
    { suffix: "_count", labels, value: count },
  ];
}

function line(name: string, { suffix = "" as const, labels, value }: Omit<Sample, "suffix"> & { readonly suffix?: string }): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${quoted(text)}"`);
  return `${name}${suffix}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

const quoted = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
