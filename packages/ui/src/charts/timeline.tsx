import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { ProfileType } from "../state/profile-type.ts";
import { axisTimes, formatTime, type TimeRange } from "../state/time.ts";
import { type Line, rangeOfKey } from "./points.ts";
import { axisLabel, formatPoint } from "./rate.ts";

export interface TimelineProps {
  readonly label: string;
  readonly lines: readonly Line[];
  readonly range: TimeRange;
  readonly type: ProfileType;
  readonly isDimmed: boolean;
  /** A range was dragged over the chart. */
  readonly onSelect: (range: TimeRange) => void;
  /** The chart was double-clicked. */
  readonly onZoomOut: () => void;
  /** Height of the chart in px. */
  readonly height?: number;
  /** `left` and `right` take the colours of a comparison. */
  readonly side?: "left" | "right";
}

/** A drag of less is a click. */
const dragPxMin = 4;
const defaultHeight = 110;

/** Values over time. Hovering reads them out, dragging selects a range, a double click widens it; arrows do so by key. */
export function Timeline(props: TimelineProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLOutputElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const { lines, range, type, side } = props;
  const theme = document.documentElement.dataset["theme"];
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const plot = new uPlot(optionsOf(element, latest, readout), dataOf(latest.current.lines), element);
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: plot.height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
    // The chart is made anew only when what it is made of changes.
  }, [lines.length, type.id, theme, side]);
  useEffect(() => {
    const plot = chart.current;
    if (plot === undefined) return;
    plot.setData(dataOf(lines), false);
    plot.setScale("x", { min: range.startMs / 1000, max: range.endMs / 1000 });
  }, [lines, range.startMs, range.endMs]);
  return (
    <figure class={`timeline${props.isDimmed ? " dimmed" : ""}`} aria-label={props.label}>
      <figcaption>
        <span class="muted">{axisLabel(type)}</span>
        <output ref={readout} class="readout" />
      </figcaption>
      <div
        ref={box}
        class="timeline-box"
        style={{ height: `${props.height ?? defaultHeight}px` }}
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the chart has keys of its own.
        tabIndex={0}
        aria-label={`${props.label}: arrows move, plus and minus narrow and widen the range`}
        onKeyDown={(event) => onKey(event, props)}
      />
      <p class="hidden">{summaryOf(props)}</p>
    </figure>
  );
}

function onKey(event: KeyboardEvent, { range, onSelect, onZoomOut }: TimelineProps): void {
  const next = rangeOfKey(event.key, range);
  if (next !== undefined) onSelect(next);
  else if (event.key === "-") onZoomOut();
  else return;
  event.preventDefault();
}

/** What the chart says in one sentence. */
function summaryOf({ lines, range, type }: TimelineProps): string {
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null));
  const span = `from ${formatTime(range.startMs)} to ${formatTime(range.endMs)}`;
  if (values.length === 0) return `No data ${span}.`;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${axisLabel(type)} ${span}: mean ${formatPoint(mean, type)}, largest ${formatPoint(Math.max(...values), type)}.`;
}

function dataOf(lines: readonly Line[]): uPlot.AlignedData {
  return [[...(lines[0]?.times ?? [])], ...lines.map((line) => [...line.values])];
}

interface Ref<T> {
  current: T;
}

function optionsOf(
  element: HTMLElement,
  latest: Ref<TimelineProps>,
  readout: Ref<HTMLOutputElement | null>,
): uPlot.Options {
  const { lines, type, side, height = defaultHeight } = latest.current;
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const stroke = colour(side === undefined ? "--accent" : `--${side}`);
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const font = "11px system-ui, sans-serif";
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    padding: [6, 8, 0, 0],
    cursor: {
      drag: { x: true, y: false, setScale: false, dist: dragPxMin },
      // Our own double click widens the range; uPlot's would show what is loaded.
      bind: { dblclick: () => () => null },
      points: { size: 5 },
    },
    scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.05 : 1] } },
    series: [
      {},
      ...lines.map(() => ({
        stroke,
        width: 1.25,
        fill: `${stroke}22`,
        points: { size: 3, fill: stroke },
        spanGaps: false,
      })),
    ],
    axes: [
      { ...axis, font, size: 22, gap: 3, space: 64, values: (_plot, splits) => axisTimes(splits) },
      { ...axis, font, size: 66, gap: 4, values: (_plot, splits) => splits.map((split) => formatPoint(split, type)) },
    ],
    hooks: {
      setCursor: [(plot) => showReadout(plot, latest.current, readout.current)],
      setSelect: [(plot) => selectRange(plot, latest.current)],
      ready: [(plot) => plot.over.addEventListener("dblclick", () => latest.current.onZoomOut())],
    },
  };
}

function showReadout(plot: uPlot, { lines, type }: TimelineProps, output: HTMLOutputElement | null): void {
  if (output === null) return;
  const index = plot.cursor.idx;
  const timeSeconds = index === null || index === undefined ? undefined : plot.data[0][index];
  if (timeSeconds === undefined) {
    output.textContent = "";
    return;
  }
  const values = lines.map((line) => {
    const value = line.values[index ?? 0];
    return value === null || value === undefined ? "no data" : formatPoint(value, type);
  });
  output.textContent = `${formatTime(timeSeconds * 1000)}  ${values.join("  ")}`;
}

function selectRange(plot: uPlot, { onSelect, range }: TimelineProps): void {
  const { left, width } = plot.select;
  if (width < dragPxMin) return;
  plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
  const clamp = (timeMs: number): number => Math.round(Math.min(range.endMs, Math.max(range.startMs, timeMs)));
  const startMs = clamp(plot.posToVal(left, "x") * 1000);
  const endMs = clamp(plot.posToVal(left + width, "x") * 1000);
  if (endMs > startMs) onSelect({ startMs, endMs });
}
