import { ByteWriter } from "./byte-writer.ts";
import type { FlameGraph, FlameGraphDiff } from "./flame-graph.ts";
import { lanesOf } from "./int64.ts";

/** The value of `flamegraph` in Connect's JSON of `querier.v1`: field names in lower camel case, int64 as strings, no zeros. */
export function flameGraphJson(graph: FlameGraph | FlameGraphDiff): Uint8Array {
  const writer = new ByteWriter(graph.values.length * 8 + graph.names.length * 48);
  writer.text('{"names":[');
  writeNames(writer, graph.names);
  writer.text('],"levels":[');
  const width = widthOf(graph);
  for (let level = 0; level + 1 < graph.levelStart.length; level++) {
    writer.text(level === 0 ? '{"values":["' : ',{"values":["');
    writeLevel(writer, graph, { level, width, quoted: true });
    writer.text('"]}');
  }
  writer.text("]");
  const { total, maxSelf } = graph;
  const sides = isDiff(graph) ? { leftTicks: graph.leftTicks, rightTicks: graph.rightTicks } : {};
  for (const [name, value] of Object.entries({ total, maxSelf, ...sides })) {
    if (value !== 0n) writer.text(`,"${name}":"${value}"`);
  }
  writer.text("}");
  return writer.finish();
}

/** What surrounds the flame graph in an answer of `/pyroscope/render`; see parity of that route. */
export interface FlamebearerRest {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly timeline: unknown;
  readonly groups: unknown;
}

/**
 * The JSON that `/pyroscope/render` and `/pyroscope/render-diff` answer, version 1 of flamebearer: int64 as plain
 * numbers with all their digits, also above 2^53.
 */
export function flamebearerJson(graph: FlameGraph | FlameGraphDiff, rest: FlamebearerRest): Uint8Array {
  const writer = new ByteWriter(graph.values.length * 6 + graph.names.length * 48);
  writer.text('{"version":1,"flamebearer":{"names":[');
  writeNames(writer, graph.names);
  writer.text('],"levels":[');
  const width = widthOf(graph);
  for (let level = 0; level + 1 < graph.levelStart.length; level++) {
    writer.text(level === 0 ? "[" : ",[");
    writeLevel(writer, graph, { level, width, quoted: false });
    writer.text("]");
  }
  writer.text(`],"numTicks":${graph.total},"maxSelf":${graph.maxSelf}}`);
  const { metadata, timeline, groups } = rest;
  writer.text(`,"metadata":${JSON.stringify(metadata)},"timeline":${JSON.stringify(timeline)}`);
  writer.text(`,"groups":${JSON.stringify(groups)},"heatmap":null`);
  if (isDiff(graph)) writer.text(`,"leftTicks":${graph.leftTicks},"rightTicks":${graph.rightTicks}`);
  writer.text("}");
  return writer.finish();
}

/** 1,024: one text of all names could be longer than any text may be, or than what the heap has left. */
const namesAtOnce = 1024;

function writeNames(writer: ByteWriter, names: readonly string[]): void {
  for (let i = 0; i < names.length; i += namesAtOnce) {
    if (i > 0) writer.text(",");
    writer.text(JSON.stringify(names.slice(i, i + namesAtOnce)).slice(1, -1));
  }
}

interface LevelWriting {
  readonly level: number;
  readonly width: number;
  readonly quoted: boolean;
}

function writeLevel(writer: ByteWriter, graph: FlameGraph, writing: LevelWriting): void {
  const { level, width, quoted } = writing;
  const lanes = lanesOf(graph.values);
  const first = (graph.levelStart[level] ?? 0) * width;
  const end = (graph.levelStart[level + 1] ?? 0) * width;
  for (let i = first; i < end; i++) {
    if (i > first) writer.separator(quoted);
    writer.decimal64(lanes[2 * i] as number, lanes[2 * i + 1] as number);
  }
}

function isDiff(graph: FlameGraph | FlameGraphDiff): graph is FlameGraphDiff {
  return "leftTicks" in graph;
}

/** Values a bar. */
export function widthOf(graph: FlameGraph | FlameGraphDiff): 4 | 7 {
  return isDiff(graph) ? 7 : 4;
}
