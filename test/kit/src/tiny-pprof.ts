/** A profile drawn as text: what a test wants to say and no more. */
export interface TinyProfile {
  /** One sample a line: `root;caller;leaf 10 20 key=value`, values by sample type, then text labels. */
  readonly samples: string;
  /** `type:unit` of each value; `cpu:nanoseconds` by default. */
  readonly sampleTypes?: readonly string[];
  readonly periodType?: string;
  readonly period?: bigint;
  readonly timeNanos?: bigint;
}

/** Encodes a drawn profile as pprof, not compressed. Frames are functions of one location each; file is `main.go`. */
export function tinyPprof(profile: TinyProfile): Buffer {
  return new TinyEncoder().encode(profile);
}

/** A protobuf field of bytes. */
export function bytesField(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([varint(BigInt((number << 3) | 2)), varint(BigInt(content.length)), content]);
}

/** A protobuf field of a varint; negative values take ten bytes, as int64 does. */
export function varintField(number: number, value: bigint | number): Buffer {
  return Buffer.concat([varint(BigInt(number << 3)), varint(BigInt(value))]);
}

/** A varint of 64 bits. */
export function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

class TinyEncoder {
  private readonly strings: string[] = [""];
  private readonly functions: string[] = [];

  encode(profile: TinyProfile): Buffer {
    const types = profile.sampleTypes ?? ["cpu:nanoseconds"];
    const lines = profile.samples.split("\n").map((line) => line.trim());
    const samples = lines.filter((line) => line !== "").map((line) => bytesField(2, this.sample(line, types.length)));
    const symbols = this.functions.flatMap((name, index) => [
      bytesField(4, Buffer.concat([varintField(1, index + 1), bytesField(4, varintField(1, index + 1))])),
      bytesField(
        5,
        Buffer.concat([
          varintField(1, index + 1),
          varintField(2, this.intern(name)),
          varintField(4, this.intern("main.go")),
        ]),
      ),
    ]);
    const header = [
      ...types.map((type) => bytesField(1, this.valueType(type))),
      bytesField(11, this.valueType(profile.periodType ?? "cpu:nanoseconds")),
      varintField(12, profile.period ?? 10_000_000n),
      varintField(9, profile.timeNanos ?? 0n),
    ];
    const table = this.strings.map((text) => bytesField(6, Buffer.from(text)));
    return Buffer.concat([...header, ...samples, ...symbols, ...table]);
  }

  private sample(line: string, valueCount: number): Buffer {
    const words = line.split(" ");
    const stack = /^-?\d+$/.test(words[0] ?? "") ? "" : (words.shift() ?? "");
    const locations =
      stack === ""
        ? []
        : stack
            .split(";")
            .reverse()
            .map((name) => this.functionId(name));
    const values = words.splice(0, valueCount).map((text) => BigInt(text));
    const labels = words.map((pair) => {
      const [key, value] = pair.split("=");
      return bytesField(
        3,
        Buffer.concat([varintField(1, this.intern(key ?? "")), varintField(2, this.intern(value ?? ""))]),
      );
    });
    return Buffer.concat([
      bytesField(1, Buffer.concat(locations.map((id) => varint(BigInt(id))))),
      bytesField(2, Buffer.concat(values.map(varint))),
      ...labels,
    ]);
  }

  private valueType(text: string): Buffer {
    const colon = text.indexOf(":");
    const [type, unit] = [text.slice(0, colon), text.slice(colon + 1)];
    return Buffer.concat([varintField(1, this.intern(type)), varintField(2, this.intern(unit))]);
  }

  private functionId(name: string): number {
    const found = this.functions.indexOf(name);
    return found >= 0 ? found + 1 : this.functions.push(name);
  }

  private intern(text: string): number {
    const found = this.strings.indexOf(text);
    return found >= 0 ? found : this.strings.push(text) - 1;
  }
}
