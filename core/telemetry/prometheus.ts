/**
 * The two text formats that Prometheus takes, written out from families of samples: its own, version 0.0.4 (prometheus.io, "Exposition
 * formats"), and OpenMetrics 1.0 (prometheus.io/docs/specs/om/open_metrics_spec), which has exemplars. Pure.
 */

/** Labels of a sample, by name. */
export type Labels = { readonly [name: string]: string };
/** The trace of one thing that was observed, with its value; `at` in epoch ms. */
export type Exemplar = { readonly trace: string; readonly value: number; readonly at: number };
/** One line of a family. */
export type Sample = {
  readonly suffix?: "_bucket" | "_sum" | "_count";
  readonly labels: Labels;
  readonly value: number;
  readonly exemplar?: Exemplar | undefined;
};
/** A metric with its samples. */
export type Family = {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: readonly Sample[];
};

/** What a scrape may ask for. */
export type ExpositionFormat = "prometheus" | "openmetrics";
/** The media types of the formats. */
export const EXPOSITION_TYPES: { readonly [F in ExpositionFormat]: string } = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** OpenMetrics for who prefers it in `Accept` (RFC 9110 section 12.5.1), Prometheus' own for everybody else. */
export function formatFor(accept: string | null): ExpositionFormat {
  const weights = (accept ?? "").split(",").map((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const quality = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
    return { type, quality: Number.isFinite(quality) ? quality : 0 };
  });
  const weightOf = (type: string): number => Math.max(0, ...weights.filter((range) => range.type === type).map(({ quality }) => quality));
  const open = weightOf("application/openmetrics-text");
  return open > 0 && open >= weightOf("text/plain") ? "openmetrics" : "prometheus";
}

/** The text that a scrape gets. */
export function writeFamilies(families: readonly Family[], format: ExpositionFormat = "prometheus"): string {
  const isOpen = format === "openmetrics";
  const blocks = families.map(({ name, help, type, samples }) => {
    // OpenMetrics names a counter without the suffix of its samples.
    const family = isOpen && type === "counter" ? name.replace(/_total$/, "") : name;
    return [`# HELP ${family} ${help}`, `# TYPE ${family} ${type}`, ...samples.map((sample) => line(name, sample, isOpen))].join("\n");
  });
  return `${blocks.join("\n")}\n${isOpen ? "# EOF\n" : ""}`;
}

/** Cumulative buckets, sum and count of one histogram. `counts[i]`: observations at or below `bounds[i]`; `exemplars[i]`: one of its bucket, the last of `+Inf`. */
export function histogram(
  labels: Labels,
  bounds: readonly number[],
  counts: readonly number[],
  sum: number,
  count: number,
  exemplars: readonly (Exemplar | undefined)[] = [],
): Sample[] {
  return [
    ...bounds.map(
      (bound, index): Sample => ({
        ...{ suffix: "_bucket", labels: { ...labels, le: String(bound) }, value: counts[index] ?? 0, exemplar: exemplars[index] },
      }),
    ),
    { suffix: "_bucket", labels: { ...labels, le: "+Inf" }, value: count, exemplar: exemplars[bounds.length] },
    { suffix: "_sum", labels, value: sum },
    { suffix: "_count", labels, value: count },
  ];
}

function line(name: string, { suffix, labels, value, exemplar }: Sample, isOpen: boolean): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${quoted(label === "le" && isOpen ? asFloat(text) : text)}"`);
  const sample = `${name}${suffix ?? ""}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
  if (!isOpen || exemplar === undefined) return sample;
  return `${sample} # {trace_id="${quoted(exemplar.trace)}"} ${exemplar.value} ${exemplar.at / 1000}`;
}

/** OpenMetrics writes the bounds of buckets as floats: `1.0`. */
const asFloat = (text: string): string => (/^\d+$/.test(text) ? `${text}.0` : text);

const quoted = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
