import type { ProfileColumns, UnixNano } from "@basalt/model";
import { nanosPerMilli } from "@basalt/model";
import type { V8CallFrame } from "./v8-profile.ts";

/** Where the program lies: file names are shown from there, so that they are the same on every machine. */
const rootUrl = new URL("../../../../", import.meta.url).href;

/** The label that tells threads apart. */
const threadLabel = "thread";

/** A value type of a profile. */
export interface ValueKind {
  readonly name: string;
  readonly unit: string;
}

/** What a profile says beside its samples. */
export interface ProfileHeader {
  readonly kinds: readonly [ValueKind, ValueKind];
  readonly periodKind: ValueKind;
  readonly period: bigint;
  readonly timeNanos: UnixNano;
  readonly durationMs: number;
}

/** Gathers stacks of V8 call frames with two values each, of several threads, into one profile. */
export class ProfileBuilder {
  private readonly strings = new Map<string, number>([["", 0]]);
  private readonly functions = new Map<string, number>();
  private readonly functionName: number[] = [];
  private readonly functionFilename: number[] = [];
  private readonly functionStartLine: number[] = [];
  private readonly stackStart: number[] = [0];
  private readonly stackLocation: number[] = [];
  private readonly values: number[] = [];
  private readonly threads: number[] = [];

  /** Adds a sample: locations as {@link locationOf} gave them, leaf first. */
  add(thread: string, stack: readonly number[], values: readonly [number, number]): void {
    this.stackLocation.push(...stack);
    this.stackStart.push(this.stackLocation.length);
    this.values.push(...values);
    this.threads.push(this.string(thread));
  }

  /** The location of a call frame: one for each function. */
  locationOf({ functionName, url, lineNumber }: V8CallFrame): number {
    const key = `${functionName}\xff${url}\xff${lineNumber}`;
    const known = this.functions.get(key);
    if (known !== undefined) return known;
    const index = this.functions.size;
    this.functions.set(key, index);
    this.functionName.push(this.string(shownName(functionName)));
    this.functionFilename.push(this.string(shownFile(url)));
    this.functionStartLine.push(Math.max(0, lineNumber + 1));
    return index;
  }

  /** The profile; what was added is copied. */
  build(header: ProfileHeader): ProfileColumns {
    const [first, second] = header.kinds;
    const kinds = { name: [first.name, second.name], unit: [first.unit, second.unit] };
    const sampleTypeName = Uint32Array.from(kinds.name, (name) => this.string(name));
    const sampleTypeUnit = Uint32Array.from(kinds.unit, (unit) => this.string(unit));
    const periodTypeName = this.string(header.periodKind.name);
    const periodTypeUnit = this.string(header.periodKind.unit);
    const label = this.string(threadLabel);
    const sampleCount = this.threads.length;
    return {
      ...this.symbols(),
      sampleCount,
      stackStart: Uint32Array.from(this.stackStart),
      stackLocation: Uint32Array.from(this.stackLocation),
      sampleTypeCount: 2,
      values: Float64Array.from(this.values),
      sampleTypeName,
      sampleTypeUnit,
      periodTypeName,
      periodTypeUnit,
      period: header.period,
      timeNanos: header.timeNanos,
      durationNanos: BigInt(Math.round(header.durationMs)) * nanosPerMilli,
      defaultSampleType: 0,
      sampleLabelCount: sampleCount,
      sampleLabelStart: Uint32Array.from({ length: sampleCount + 1 }, (_, i) => i),
      sampleLabelKey: new Uint32Array(sampleCount).fill(label),
      sampleLabelValue: Uint32Array.from(this.threads),
    };
  }

  private symbols(): Omit<ProfileColumns, keyof SampleParts> {
    const functionCount = this.functions.size;
    const encoded = [...this.strings.keys()].map((text) => utf8.encode(text));
    const stringStart = new Uint32Array(encoded.length);
    for (let i = 1; i < encoded.length; i++) stringStart[i] = (stringStart[i - 1] ?? 0) + (encoded[i - 1]?.length ?? 0);
    const startLines = Uint32Array.from(this.functionStartLine);
    return {
      stringBytes: Buffer.concat(encoded),
      stringCount: encoded.length,
      stringStart,
      stringLength: Uint32Array.from(encoded, (bytes) => bytes.length),
      functionCount,
      functionName: Uint32Array.from(this.functionName),
      functionSystemName: Uint32Array.from(this.functionName),
      functionFilename: Uint32Array.from(this.functionFilename),
      functionStartLine: startLines,
      mappingCount: 0,
      mappingStart: new BigUint64Array(0),
      mappingLimit: new BigUint64Array(0),
      mappingOffset: new BigUint64Array(0),
      mappingFilename: new Uint32Array(0),
      mappingBuildId: new Uint32Array(0),
      mappingFlags: new Uint8Array(0),
      locationCount: functionCount,
      locationMapping: new Uint32Array(functionCount),
      locationAddressLow: new Uint32Array(functionCount),
      locationAddressHigh: new Uint32Array(functionCount),
      locationIsFolded: new Uint8Array(functionCount),
      locationLineStart: Uint32Array.from({ length: functionCount + 1 }, (_, i) => i),
      lineCount: functionCount,
      lineFunction: Uint32Array.from({ length: functionCount }, (_, i) => i + 1),
      lineNumber: startLines,
    };
  }

  private string(text: string): number {
    const known = this.strings.get(text);
    if (known !== undefined) return known;
    this.strings.set(text, this.strings.size);
    return this.strings.size - 1;
  }
}

type SampleParts = Pick<
  ProfileColumns,
  | "sampleCount"
  | "stackStart"
  | "stackLocation"
  | "sampleTypeCount"
  | "values"
  | "sampleTypeName"
  | "sampleTypeUnit"
  | "periodTypeName"
  | "periodTypeUnit"
  | "period"
  | "timeNanos"
  | "durationNanos"
  | "defaultSampleType"
  | "sampleLabelCount"
  | "sampleLabelStart"
  | "sampleLabelKey"
  | "sampleLabelValue"
>;

const utf8 = new TextEncoder();

function shownName(name: string): string {
  if (name === "") return "(anonymous)";
  // V8's word for native code that it knows no name of.
  return name === "(program)" ? "(native)" : name;
}

function shownFile(url: string): string {
  return url.startsWith(rootUrl) ? url.slice(rootUrl.length) : url.replace(/^file:\/\//, "");
}
