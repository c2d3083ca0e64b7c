import { alignDown, nanosPerMilli, type ProducerId, type TenantId, type UnixNano, windowNanos } from "@basalt/model";
import type { BlockWindow } from "../block/block-meta.ts";
import type { SegmentPartInfo } from "../shard/segment-set.ts";
import { windowGraceMs } from "../shard/window-registry.ts";
import { type CutJob, cutBlockId } from "./cut-job.ts";

/** An hour in ns: the window of blocks that are too small for a quarter of it. */
const hourNanos = 4n * windowNanos;

/** Rows that came after their window had ended wait so long for others of their kind. */
const lateWaitMs = 900_000;

/** Default of {@link CutPlanOptions.smallWindowBytes}. 4 MiB: below it a window's block would be mostly symbols and footers, and waits to be cut with its hour. */
export const smallWindowBytes: number = 4 * 1024 * 1024;

export interface CutPlanOptions {
  readonly producer: ProducerId;
  readonly nowMs: number;
  /** A process cuts so long after others, that they do not all cut at once. */
  readonly jitterMs: number;
  /** Whether everything is cut now. */
  readonly isFlush: boolean;
  /** Windows below it wait to be cut with their hour. */
  readonly smallWindowBytes: number;
}

/** When a window may be cut: some time after its end, or after its first row if that came later. Unix ms. */
export function dueMs(windowStart: UnixNano, firstWriteMs: number, jitterMs: number): number {
  const endMs = Number((windowStart + windowNanos) / nanosPerMilli);
  return firstWriteMs < endMs + windowGraceMs ? endMs + windowGraceMs + jitterMs : firstWriteMs + lateWaitMs;
}

/**
 * Which blocks to cut now of the parts that wait: large windows each by itself, small ones with their hour. At a flush an
 * hour whose quarters are small on average is one block.
 */
export function planCuts(parts: readonly SegmentPartInfo[], options: CutPlanOptions): CutJob[] {
  const jobs: CutJob[] = [];
  for (const hour of groupBy(parts, (part) => `${part.tenant}/${alignDown(part.windowStart, hourNanos)}`)) {
    if (options.isFlush && bytesOf(hour) < 4 * options.smallWindowBytes) {
      jobs.push(job(hour, options.producer));
      continue;
    }
    const waiting: SegmentPartInfo[] = [];
    for (const window of groupBy(hour, (part) => `${part.windowStart}`)) {
      if (!options.isFlush && !isDue(window, options)) waiting.push(...window);
      else if (bytesOf(window) >= options.smallWindowBytes) jobs.push(job(window, options.producer));
      else waiting.push(...window);
    }
    if (waiting.length > 0 && (options.isFlush || isHourOver(waiting, options)))
      jobs.push(job(waiting, options.producer));
  }
  return jobs;
}

function isDue(parts: readonly SegmentPartInfo[], { nowMs, jitterMs }: CutPlanOptions): boolean {
  const first = Math.min(...parts.map(({ firstWriteMs }) => firstWriteMs));
  return parts.every(({ windowStart }) => nowMs >= dueMs(windowStart, first, jitterMs));
}

/** Whether no more rows of the hour are expected: its last window is due, and so is each of those that wait. */
function isHourOver(waiting: readonly SegmentPartInfo[], options: CutPlanOptions): boolean {
  const [any] = waiting;
  if (any === undefined) return false;
  const hourEnd = alignDown(any.windowStart, hourNanos) + hourNanos;
  const hourEndMs = Number(hourEnd / nanosPerMilli);
  const isOver = options.nowMs >= hourEndMs + windowGraceMs + options.jitterMs;
  return isOver && groupBy(waiting, (part) => `${part.windowStart}`).every((window) => isDue(window, options));
}

function job(parts: readonly SegmentPartInfo[], producer: ProducerId): CutJob {
  const first = parts[0] as SegmentPartInfo;
  const isOneWindow = parts.every(({ windowStart }) => windowStart === first.windowStart);
  const start = isOneWindow ? first.windowStart : alignDown(first.windowStart, hourNanos);
  const window: BlockWindow = { start, end: start + (isOneWindow ? windowNanos : hourNanos) };
  const inputs = parts.map(({ segment, path, windowStart }) => ({ segment, path, windowStart }));
  return { id: cutBlockId(first.tenant, window, inputs), tenant: first.tenant, producer, window, inputs };
}

function bytesOf(parts: readonly SegmentPartInfo[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  return [...Map.groupBy(items, keyOf).values()];
}

/** A tenant's window as heads hold it. */
export interface HeadWindow {
  readonly tenant: TenantId;
  readonly windowStart: UnixNano;
  readonly firstWriteMs: number;
}
