/** Values as people read them. Pure. */

/** Small amounts keep four digits after the point: most steps cost less than a cent. */
export const money = (usd) => (typeof usd === "number" ? `$${usd.toFixed(usd !== 0 && Math.abs(usd) < 1 ? 4 : 2)}` : "–");

export const whole = (count) => (typeof count === "number" ? count.toLocaleString("en") : "–");

/** `450 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h` */
export function duration(ms) {
  if (!Number.isFinite(ms)) return "–";
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor((seconds % 86400) / 3600)} h`;
}

/** `just now`, `4 min ago`, `in 12 min`: one unit is enough. */
export function relative(at, now) {
  const away = Date.parse(at) - now;
  if (Number.isNaN(away)) return "–";
  const text = duration(Math.abs(away)).split(" ").slice(0, 2).join(" ");
  if (Math.abs(away) < 1000) return "just now";
  return away < 0 ? `${text.replace(/\.\d/, "")} ago` : `in ${text.replace(/\.\d/, "")}`;
}

/** The time of day, to the millisecond, as the reader's clock shows it. */
export function clock(at) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "–";
  const two = (value) => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

export const pretty = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

/** One line of JSON, cut where a line ends. */
export function brief(value, length = 160) {
  const text = JSON.stringify(value) ?? "";
  if (text === "{}" || text === "null") return "";
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** A value in its unit, as alerts have them: dollars, seconds, and whatever else stands behind a number. */
export function figure(value, unit) {
  if (typeof value !== "number") return "–";
  if (unit === "USD") return money(value);
  if (unit === "s") return duration(value * 1000);
  return `${Number(value.toPrecision(6)).toLocaleString("en")} ${unit}`.trim();
}
