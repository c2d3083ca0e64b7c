import { ByteWriter, varint64Length } from "./byte-writer.ts";
import type { FlameGraph, FlameGraphDiff } from "./flame-graph.ts";
import { widthOf } from "./flame-graph-json.ts";
import { lanesOf } from "./int64.ts";

/** Tag of a length-delimited field. */
const delimited = (field: number): number => (field << 3) | 2;

/** `querier.v1.FlameGraph` {1 names, 2 levels {1 packed int64 values}, 3 total, 4 max_self} in protobuf. */
export function flameGraphProto(graph: FlameGraph): Uint8Array {
  return write(graph, [graph.total, graph.maxSelf]);
}

/** `querier.v1.FlameGraphDiff` in protobuf: as FlameGraph, and {5 leftTicks, 6 rightTicks}. */
export function flameGraphDiffProto(graph: FlameGraphDiff): Uint8Array {
  return write(graph, [graph.total, graph.maxSelf, graph.leftTicks, graph.rightTicks]);
}

/** Writes names, levels and, from field 3 on, the sums; a field of value 0 is left out, as proto3 has it. */
function write(graph: FlameGraph | FlameGraphDiff, sums: readonly bigint[]): Uint8Array {
  const writer = new ByteWriter(graph.values.length * 4 + graph.names.length * 48);
  for (const name of graph.names) {
    writer.byte(delimited(1));
    writer.textWithLength(name);
  }
  const lanes = lanesOf(graph.values);
  const width = widthOf(graph);
  for (let level = 0; level + 1 < graph.levelStart.length; level++) {
    writeLevel(writer, lanes.subarray(2 * width * at(graph, level), 2 * width * at(graph, level + 1)));
  }
  const sumLanes = lanesOf(BigInt64Array.from(sums));
  for (let i = 0; i < sums.length; i++) {
    if (sums[i] === 0n) continue;
    writer.varint((i + 3) << 3);
    writer.varint64(sumLanes[2 * i] as number, sumLanes[2 * i + 1] as number);
  }
  return writer.finish();
}

function at(graph: FlameGraph, level: number): number {
  return graph.levelStart[level] ?? 0;
}

function writeLevel(writer: ByteWriter, lanes: Uint32Array): void {
  let length = 0;
  for (let i = 0; i < lanes.length; i += 2) length += varint64Length(lanes[i] as number, lanes[i + 1] as number);
  writer.byte(delimited(2));
  writer.varint(1 + varint64Length(length, 0) + length);
  writer.byte(delimited(1));
  writer.varint(length);
  for (let i = 0; i < lanes.length; i += 2) writer.varint64(lanes[i] as number, lanes[i + 1] as number);
}
