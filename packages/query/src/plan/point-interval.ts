/** Longest raw interval, seconds, that is rounded to a step, seconds. The last step is one year. */
const steps: readonly (readonly [rawMax: number, step: number])[] = [
  [17.5, 15],
  [25, 20],
  [45, 30],
  [90, 60],
  [210, 120],
  [450, 300],
  [750, 600],
  [1050, 900],
  [1500, 1200],
  [2700, 1800],
  [5400, 3600],
  [9000, 7200],
  [16_200, 10_800],
  [32_400, 21_600],
  [86_400, 43_200],
  [604_800, 86_400],
  [1_814_400, 604_800],
];
const monthBelow = 3_628_800;
const month = 2_592_000;
const year = 31_536_000;

/**
 * The step of the timeline of `/pyroscope/render`, in seconds: about 1500 points, at least 15 s, rounded to what people
 * read easily. Ends are unix milliseconds.
 */
export function pointIntervalSeconds(fromMs: number, untilMs: number): number {
  const raw = Math.max(15, (untilMs - fromMs) / 1000 / 1500);
  for (const [rawMax, step] of steps) if (raw <= rawMax) return step;
  return raw < monthBelow ? month : year;
}
