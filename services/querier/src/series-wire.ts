import { ByteWriter, varint64Length } from "@basalt/calltree";
import type { AnsweredSeries } from "@basalt/query";
import { labelsJson, labelsProto } from "./labels-wire.ts";
import { concat, inField } from "./wire.ts";

const utf8 = new TextEncoder();

/** `SelectSeriesResponse` {1 series {1 labels, 2 points {1 value, 2 timestamp}}} in JSON. */
export function seriesJson(series: readonly AnsweredSeries[]): Uint8Array {
  if (series.length === 0) return utf8.encode("{}");
  const texts = series.map((one) => {
    const members = [];
    if (one.labels.length > 0) members.push(`"labels":${labelsJson(one.labels)}`);
    if (one.value.length > 0) members.push(`"points":[${pointsJson(one)}]`);
    return `{${members.join(",")}}`;
  });
  return utf8.encode(`{"series":[${texts.join(",")}]}`);
}

function pointsJson({ value, timestampMs }: AnsweredSeries): string {
  let text = "";
  for (let i = 0; i < value.length; i++) {
    const valueHere = value[i] as number;
    const timestamp = timestampMs[i] as number;
    if (i > 0) text += ",";
    if (timestamp === 0) text += valueHere === 0 ? "{}" : `{"value":${valueHere}}`;
    else if (valueHere === 0) text += `{"timestamp":"${timestamp}"}`;
    else text += `{"value":${valueHere},"timestamp":"${timestamp}"}`;
  }
  return text;
}

/** The same in protobuf. */
export function seriesProto(series: readonly AnsweredSeries[]): Uint8Array {
  return concat(series.map((one) => inField(1, concat([labelsProto(one.labels), pointsProto(one)]))));
}

const doubleBytes = 8;

function pointsProto({ value, timestampMs }: AnsweredSeries): Uint8Array {
  const writer = new ByteWriter(value.length * 24);
  const doubles = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  for (let i = 0; i < value.length; i++) {
    const timestamp = timestampMs[i] as number;
    const low = timestamp % 2 ** 32;
    const high = Math.floor(timestamp / 2 ** 32);
    const valueLength = value[i] === 0 ? 0 : 1 + doubleBytes;
    const timestampLength = timestamp === 0 ? 0 : 1 + varint64Length(low, high);
    writer.byte(pointsTag);
    writer.byte(valueLength + timestampLength);
    if (valueLength > 0) {
      writer.byte(valueTag);
      writer.bytes(doubles.subarray(i * doubleBytes, (i + 1) * doubleBytes));
    }
    if (timestampLength > 0) {
      writer.byte(timestampTag);
      writer.varint64(low, high);
    }
  }
  return writer.finish();
}

/** Field 2, a message. */
const pointsTag = 2 * 8 + 2;
/** Field 1, 64 bits. */
const valueTag = 8 + 1;
/** Field 2, a varint. */
const timestampTag = 2 * 8;
