/** Size of a sparkline's own coordinates. */
export const width: number = 240;
export const height: number = 36;

/** Outline of a line, from 0 to its largest value, in a box of width x height; gaps stay gaps. */
export function sparkPath(values: readonly (number | null)[]): { readonly stroke: string; readonly fill: string } {
  const largest = Math.max(...values.map((value) => value ?? 0), 0) || 1;
  const x = (index: number): string => ((index / Math.max(1, values.length - 1)) * width).toFixed(1);
  const y = (value: number): string => (height - 1 - (value / largest) * (height - 3)).toFixed(1);
  let stroke = "";
  let fill = "";
  for (let begin = 0; begin < values.length; begin++) {
    if (values[begin] === null) continue;
    let end = begin;
    while (end + 1 < values.length && values[end + 1] !== null) end++;
    const points = values.slice(begin, end + 1).map((value, at) => `${x(begin + at)},${y(value ?? 0)}`);
    stroke += `M${points.join("L")}${begin === end ? "h1" : ""}`;
    fill += `M${x(begin)},${height}L${points.join("L")}L${x(end)},${height}Z`;
    begin = end;
  }
  return { stroke, fill };
}
