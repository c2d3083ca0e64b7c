/** Times as a person writes them in the URL: `now`, `now-1h`, unix milliseconds or seconds, or an ISO date. */

/** Unix milliseconds; start < end. */
export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Digits up to here are seconds: 10^11 s is the year 5138, 10^11 ms is 1973. */
const secondsMax = 1e11;
/** The largest time a Date can hold. */
const timeMsMax = 8.64e15;

/** Reads a time; undefined when it is none. Relative times need `now`, in unix milliseconds. */
export function parseTime(text: string, now: number): number | undefined {
  const trimmed = text.trim();
  const relative = /^now(?:-((?:\d{1,9}[smhdw])+))?$/.exec(trimmed);
  if (relative !== null) return now - parseDuration(relative[1] ?? "");
  if (/^\d{1,16}$/.test(trimmed)) {
    const value = Number(trimmed);
    const timeMs = value < secondsMax ? value * 1000 : value;
    return timeMs <= timeMsMax ? timeMs : undefined;
  }
  if (!/^\d{4}-\d{2}-\d{2}/.test(trimmed)) return undefined;
  const parsed = Date.parse(trimmed);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** `1h30m` as milliseconds; 0 of the empty text. */
function parseDuration(text: string): number {
  let sum = 0;
  for (const [, digits = "0", unit = "s"] of text.matchAll(/(\d+)([smhdw])/g))
    sum += Number(digits) * (unitMs[unit] ?? 0);
  return sum;
}

/** The range two texts name, or what is wrong with them. */
export function parseRange(from: string, until: string, now: number): TimeRange | string {
  const startMs = parseTime(from, now);
  const endMs = parseTime(until, now);
  if (startMs === undefined) return `"${from}" is no time: write now-1h, a date or unix milliseconds`;
  if (endMs === undefined) return `"${until}" is no time: write now, a date or unix milliseconds`;
  if (startMs >= endMs) return "the range ends before it begins";
  return { startMs, endMs };
}

/** A duration in its largest even unit: `90m`, `1h`, `2d`. */
export function formatDuration(durationMs: number): string {
  for (const unit of ["w", "d", "h", "m"]) {
    const size = unitMs[unit] ?? 1;
    if (durationMs >= size && durationMs % size === 0) return `${durationMs / size}${unit}`;
  }
  return `${Math.round(durationMs / 1000)}s`;
}

/** Local date and time down to the second: `2026-01-31 09:05:00`. */
export function formatTime(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Characters of a date as `formatTime` writes it. */
const dateLength = 10;

/** Labels of a time axis, whose ticks are in unix seconds: only what differs from tick to tick. */
export function axisTimes(ticks: readonly number[]): string[] {
  const texts = ticks.map((tick) => formatTime(tick * 1000));
  const stepSeconds = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  if (stepSeconds >= 86_400) return texts.map((text) => text.slice(5, dateLength));
  return texts.map((text) => (stepSeconds < 60 ? text.slice(dateLength + 1) : text.slice(dateLength + 1, -3)));
}

/** What a range is called on the button that picks it. */
export function formatRange(from: string, until: string): string {
  const relative = /^now-(.+)$/.exec(from.trim());
  if (until.trim() === "now" && relative !== null) return `Last ${relative[1]}`;
  const [begin, end] = [formatEnd(from), formatEnd(until)];
  const day = dateLength + 1;
  return `${begin} – ${begin.length > day && begin.slice(0, day) === end.slice(0, day) ? end.slice(day) : end}`;
}

function formatEnd(text: string): string {
  return /^\d+$/.test(text.trim()) ? formatTime(parseTime(text, 0) ?? 0) : text;
}

/** Steps a person reads easily, in seconds: up to one day. */
const niceSteps: readonly number[] = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400,
];

/** The smallest nice step, in seconds, that gives at most so many points. Data arrives every 10 to 15 s, hence the floor. */
export function stepSeconds(range: TimeRange, pointsMax: number): number {
  const wanted = Math.max(15, (range.endMs - range.startMs) / 1000 / pointsMax);
  return niceSteps.find((step) => step >= wanted) ?? Math.ceil(wanted / 86_400) * 86_400;
}

/** Twice the range around the same middle, but not past now. */
export function zoomOut(range: TimeRange, now: number): TimeRange {
  const lengthMs = range.endMs - range.startMs;
  const endMs = Math.min(now, range.endMs + lengthMs / 2);
  return { startMs: Math.round(endMs - 2 * lengthMs), endMs: Math.round(endMs) };
}
