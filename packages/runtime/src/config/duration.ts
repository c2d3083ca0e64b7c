const unitMs: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
  ["w", 604_800_000],
]);

/** Largest first; what is below a millisecond shows as a fraction of one. */
const shownUnits: readonly (readonly [string, number])[] = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
];

/**
 * Reads a Go duration such as `1h30m`, `15s`, `250ms`, `1.5h`, also `1d` and `1w` as Prometheus has them, or `0`.
 * Returns milliseconds, or undefined when the text is no duration.
 */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  const match = /^(-?)((?:\d+(?:\.\d+)?(?:ns|us|µs|ms|[smhdw]))+)$/.exec(text.trim());
  const parts = match?.[2];
  if (parts === undefined) return undefined;
  let ms = 0;
  for (const [, count, unit] of parts.matchAll(/([\d.]+)([a-zµ]+)/g)) {
    ms += Number(count) * (unitMs.get(unit ?? "") ?? Number.NaN);
  }
  return match?.[1] === "-" ? -ms : ms;
}

/** Writes milliseconds so that {@link parseDuration} reads them back: `1h30m`, `15s`, `1.5ms`, `0s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 0) return `-${formatDuration(-durationMs)}`;
  let text = "";
  let rest = durationMs;
  for (const [unit, size] of shownUnits) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  if (rest > 0) text += `${rest}ms`;
  return text === "" ? "0s" : text;
}
