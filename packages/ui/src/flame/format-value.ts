/** A value for people: three significant digits or so, a unit that fits its size. Negative values keep their sign. */
export function formatValue(value: number, unit: string): string {
  if (!Number.isFinite(value)) return "–";
  const { steps, base } = scaleOf(unit);
  const size = Math.abs(value) * base;
  let step = steps[0] ?? { from: 0, name: "" };
  for (const next of steps) {
    // What would print as 1000 of a unit is 1.00 of the next.
    if (roundThreeDigits(size) >= next.from) step = next;
  }
  const sign = value < 0 && size > 0 ? "-" : "";
  const text = `${sign}${digits(size / (step.from || 1), step.from === 0)}`;
  return step.name === "" ? text : `${text} ${step.name}`;
}

/** A part of a whole in percent: `12.3 %`, `0.04 %`, `< 0.01 %`; of nothing: `–`. */
export function formatShare(part: number, whole: number): string {
  if (!(whole > 0) || !Number.isFinite(part)) return "–";
  return formatPercent((part / whole) * 100);
}

/** A change from one value to another, signed: `+12.3 %`, `-40.0 %`, `0 %`, `new`, `removed`. */
export function formatChange(before: number, after: number): string {
  if (before === after) return "0 %";
  if (before <= 0) return "new";
  if (after <= 0) return "removed";
  const percent = (after / before - 1) * 100;
  const magnitude = Math.abs(percent);
  return `${percent < 0 ? "-" : "+"}${magnitude >= 1000 ? `${formatValue(magnitude, "count")} %` : formatPercent(magnitude)}`;
}

interface Step {
  /** The smallest size shown in it, in base units, and what it is divided by; 0 is shown as it is. */
  readonly from: number;
  readonly name: string;
}

interface Scale {
  readonly steps: readonly Step[];
  /** How many base units one of the unit is. */
  readonly base: number;
}

const timeSteps: readonly Step[] = [
  { from: 0, name: "ns" },
  { from: 1e3, name: "µs" },
  { from: 1e6, name: "ms" },
  { from: 1e9, name: "s" },
  { from: 60e9, name: "min" },
  { from: 3600e9, name: "h" },
];
const byteSteps: readonly Step[] = [
  { from: 0, name: "B" },
  ...["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"].map((name, index) => ({ from: 1024 ** (index + 1), name })),
];
const countSteps: readonly Step[] = [
  { from: 0, name: "" },
  { from: 1e3, name: "k" },
  { from: 1e6, name: "M" },
  { from: 1e9, name: "G" },
  { from: 1e12, name: "T" },
];

const scales: ReadonlyMap<string, Scale> = new Map([
  ["nanoseconds", { steps: timeSteps, base: 1 }],
  ["ns", { steps: timeSteps, base: 1 }],
  ["microseconds", { steps: timeSteps, base: 1e3 }],
  ["us", { steps: timeSteps, base: 1e3 }],
  ["milliseconds", { steps: timeSteps, base: 1e6 }],
  ["ms", { steps: timeSteps, base: 1e6 }],
  ["seconds", { steps: timeSteps, base: 1e9 }],
  ["s", { steps: timeSteps, base: 1e9 }],
  ["bytes", { steps: byteSteps, base: 1 }],
  ["kilobytes", { steps: byteSteps, base: 1024 }],
  ["megabytes", { steps: byteSteps, base: 1024 ** 2 }],
  ["gigabytes", { steps: byteSteps, base: 1024 ** 3 }],
  ["count", { steps: countSteps, base: 1 }],
  ["", { steps: countSteps, base: 1 }],
]);

/** A unit that nobody knows counts things of its own name: `1.2 k goroutines`. */
function scaleOf(unit: string): Scale {
  const known = scales.get(unit.toLowerCase());
  if (known !== undefined) return known;
  return { steps: countSteps.map((step) => ({ ...step, name: `${step.name} ${unit}`.trim() })), base: 1 };
}

function roundThreeDigits(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(3));
}

function digits(value: number, whole: boolean): string {
  const rounded = roundThreeDigits(value);
  if (rounded === 0) return "0";
  if (whole && Number.isInteger(value)) return String(value);
  if (rounded >= 100) return value.toFixed(0);
  if (rounded >= 10) return value.toFixed(1);
  return rounded < 0.01 ? "< 0.01" : value.toFixed(2);
}

function formatPercent(percent: number): string {
  if (percent === 0) return "0 %";
  if (percent === 100) return "100 %";
  if (percent < 0.01) return "< 0.01 %";
  return `${percent < 1 ? percent.toFixed(2) : percent.toFixed(1)} %`;
}
