/** What an expression of Prometheus asks for, against the metrics that there are. */
import { METRICS } from "../../core/telemetry/metrics.ts";

/** Series, and labels of series, in an expression that no metric has. */
export function unknownSeries(expr: string, others: readonly string[] = []): string[] {
  const known = new Map(
    Object.entries(METRICS).flatMap(([name, { type, labels }]) =>
      (type === "histogram" ? ["_bucket", "_sum", "_count"] : [""]).map(
        (suffix) => [name + suffix, new Set<string>([...labels, "le"])] as const,
      ),
    ),
  );
  const bare = expr
    .replaceAll(/\[[^\]]*\]/g, "")
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
    .replaceAll(/\b(?:by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)/g, " ");
  return [...bare.matchAll(/([a-zA-Z_:][\w:]*)(?![\w:])\s*(\{[^}]*\})?(?!\s*\()/g)].flatMap(([whole, name = "", selector = ""]) => {
    if (whole.startsWith("{") || !/[_:]|^ALERTS$/.test(name) || FUNCTIONS.has(name) || others.includes(name)) return [];
    const labels = known.get(name);
    if (labels === undefined) return [name];
    return [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].flatMap(([, label = ""]) => (labels.has(label) ? [] : [`${name}{${label}}`]));
  });
}

const FUNCTIONS = new Set(["histogram_quantile", "sum_over_time", "max_over_time", "label_replace"]);
