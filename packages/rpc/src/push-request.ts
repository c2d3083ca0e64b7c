import type { Label } from "@basalt/model";
import { BasaltError } from "@basalt/model";

/** One profile as pushed. */
export interface PushedSample {
  /** A pprof profile, gzipped or plain: a view into the body. */
  readonly rawProfile: Uint8Array;
  /** The client's id of the sample; often empty. */
  readonly id: string;
}

/** Profiles that share a label set. */
export interface PushedSeries {
  /** In the order received; neither sorted nor checked. */
  readonly labels: readonly Label[];
  readonly samples: readonly PushedSample[];
}

/** How much one push may hold. */
export interface PushRequestLimits {
  /** Series, and samples over all series. */
  readonly itemsMax: number;
  /** Labels and annotations over all series. */
  readonly labelsMax: number;
}

/** 100,000 of each: ten times the largest batch of a collector, and at most some 20 MB of objects. */
export const pushRequestLimitsDefault: PushRequestLimits = { itemsMax: 100_000, labelsMax: 100_000 };

/**
 * Reads a protobuf `push.v1.PushRequest` without copying profiles. Annotations are dropped, as the protocol says.
 * What it accepts it reads as the generated decoder does, but it refuses what that one lets pass: fields that reach past
 * the end of their message, and lengths over 32 bits.
 *
 * @throws BasaltError `request_malformed`, also when a count is over its limit.
 */
export function parsePushRequest(
  bytes: Uint8Array,
  limits: PushRequestLimits = pushRequestLimitsDefault,
): readonly PushedSeries[] {
  return new PushRequestReader(bytes, limits).readRequest();
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Field numbers with their wire type, as they stand in a tag: `number << 3 | 2` (length-delimited). */
const tags = {
  requestSeries: 10,
  seriesLabel: 10,
  seriesSample: 18,
  seriesAnnotation: 26,
  labelName: 10,
  labelValue: 18,
  rawProfile: 10,
  id: 18,
};

/** Deeper groups than this are hostile. */
const groupDepthMax = 32;

class PushRequestReader {
  private position = 0;
  private itemsLeft: number;
  private labelsLeft: number;
  private readonly bytes: Uint8Array;
  private readonly limits: PushRequestLimits;

  constructor(bytes: Uint8Array, limits: PushRequestLimits) {
    this.bytes = bytes;
    this.limits = limits;
    this.itemsLeft = limits.itemsMax;
    this.labelsLeft = limits.labelsMax;
  }

  readRequest(): PushedSeries[] {
    const series: PushedSeries[] = [];
    const end = this.bytes.length;
    while (this.position < end) {
      const tag = this.readTag(end);
      if (tag === tags.requestSeries) series.push(this.readSeries(this.readEnd(end)));
      else this.skip(tag, end, 0);
    }
    return series;
  }

  private readSeries(end: number): PushedSeries {
    this.countItem();
    const labels: Label[] = [];
    const samples: PushedSample[] = [];
    while (this.position < end) {
      const tag = this.readTag(end);
      if (tag === tags.seriesLabel) labels.push(this.readLabel(this.readEnd(end)));
      else if (tag === tags.seriesSample) samples.push(this.readSample(this.readEnd(end)));
      // An annotation has the form of a label; it is checked and dropped.
      else if (tag === tags.seriesAnnotation) this.readLabel(this.readEnd(end));
      else this.skip(tag, end, 0);
    }
    return { labels, samples };
  }

  private readLabel(end: number): Label {
    if (this.labelsLeft-- === 0) this.fail(`more than ${this.limits.labelsMax} labels`);
    let name = "";
    let value = "";
    while (this.position < end) {
      const tag = this.readTag(end);
      if (tag === tags.labelName) name = this.readText(end);
      else if (tag === tags.labelValue) value = this.readText(end);
      else this.skip(tag, end, 0);
    }
    return { name, value };
  }

  private readSample(end: number): PushedSample {
    this.countItem();
    let rawProfile = this.bytes.subarray(0, 0);
    let id = "";
    while (this.position < end) {
      const tag = this.readTag(end);
      if (tag === tags.rawProfile) rawProfile = this.readBytes(end);
      else if (tag === tags.id) id = this.readText(end);
      else this.skip(tag, end, 0);
    }
    return { rawProfile, id };
  }

  private countItem(): void {
    if (this.itemsLeft-- === 0) this.fail(`more than ${this.limits.itemsMax} series and samples`);
  }

  private readText(end: number): string {
    const bytes = this.readBytes(end);
    return bytes.length <= shortTextBytes ? decodeShort(bytes) : utf8.decode(bytes);
  }

  private readBytes(end: number): Uint8Array {
    const fieldEnd = this.readEnd(end);
    const bytes = this.bytes.subarray(this.position, fieldEnd);
    this.position = fieldEnd;
    return bytes;
  }

  /** Reads a length; gives where the field ends. */
  private readEnd(parentEnd: number): number {
    const length = this.readVarint32(parentEnd);
    const end = this.position + length;
    if (end > parentEnd) this.fail(`a field of ${length} bytes is cut short`);
    return end;
  }

  private readTag(end: number): number {
    const tag = this.readVarint32(end);
    if (tag >>> 3 === 0) this.fail("field number 0");
    return tag;
  }

  private skip(tag: number, end: number, depth: number): void {
    switch (tag & 7) {
      case 0:
        this.skipVarint(end);
        return;
      case 1:
        this.advance(8, end);
        return;
      case 2:
        this.position = this.readEnd(end);
        return;
      case 3:
        this.skipGroup(tag >>> 3, end, depth + 1);
        return;
      case 5:
        this.advance(4, end);
        return;
      default:
        this.fail(`wire type ${tag & 7}`);
    }
  }

  private skipGroup(fieldNumber: number, end: number, depth: number): void {
    if (depth > groupDepthMax) this.fail("groups are nested too deeply");
    for (;;) {
      const tag = this.readTag(end);
      if ((tag & 7) !== 4) {
        this.skip(tag, end, depth);
        continue;
      }
      if (tag >>> 3 !== fieldNumber) this.fail("a group ends that did not start");
      return;
    }
  }

  private advance(byteCount: number, end: number): void {
    this.position += byteCount;
    if (this.position > end) this.fail("cut short");
  }

  /** Lengths and tags: 32 bits; higher bits must be absent. */
  private readVarint32(end: number): number {
    const { bytes } = this;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.position >= end) this.fail("cut short");
      const byte = bytes[this.position++] ?? 0;
      if (shift === 28 && byte > 0x0f) this.fail("a length or tag is over 32 bits");
      value = (value | ((byte & 0x7f) << shift)) >>> 0;
      if (byte < 0x80) return value;
    }
    return this.fail("a length or tag is over 32 bits");
  }

  private skipVarint(end: number): void {
    for (let i = 0; i < 10; i++) {
      if (this.position >= end) this.fail("cut short");
      if ((this.bytes[this.position++] ?? 0) < 0x80) return;
    }
    this.fail("a number is over 64 bits");
  }

  private fail(reason: string): never {
    throw new BasaltError("request_malformed", `push request: ${reason} at byte ${this.position}`);
  }
}

/** Up to this, a loop over ASCII is faster than a call of TextDecoder. */
const shortTextBytes = 48;

function decodeShort(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x80) return utf8.decode(bytes);
    text += String.fromCharCode(byte);
  }
  return text;
}
