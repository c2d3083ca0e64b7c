import type { Labels } from "@basalt/model";
import { formatProfileType, labelsFrom, parseProfileType, profileTypeLabels, sortLabels } from "@basalt/model";
import type { TestRow, TestSample } from "./memory-source.ts";

/** Profile types of the random rows. */
export const cpuType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
export const heapType = "memory:inuse_space:bytes:space:bytes";

/** Complete labels of a series. */
export function seriesLabels(type: string, own: Readonly<Record<string, string>>): Labels {
  return sortLabels([...labelsFrom(own), ...profileTypeLabels(parseProfileType(type))]);
}

/** Rows of three services, two types and some pods, from second 0 to `seconds`. */
export function randomRows(random: () => number, options: { rowCount: number; seconds: number }): TestRow[] {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const rows: TestRow[] = [];
  for (let i = 0; i < options.rowCount; i++) {
    const labels = seriesLabels(pick([cpuType, heapType]), {
      service_name: pick(["shop", "cart", "mail"]),
      ...(random() < 0.7 ? { pod: pick(["a", "b", "c"]) } : {}),
      ...(random() < 0.2 ? { "my.dotted": "x" } : {}),
    });
    const samples = new Map<string, TestSample>();
    for (let n = Math.floor(random() * 8); n > 0; n--) {
      const stack = randomStack(random);
      samples.set(stack, { stack, value: randomValue(random), span: BigInt(Math.floor(random() * 3)) });
    }
    const timeNanos =
      BigInt(Math.floor(random() * options.seconds * 1000)) * 1_000_000n + BigInt(Math.floor(random() * 1e6));
    rows.push({ labels, timeNanos, samples: [...samples.values()] });
  }
  return rows;
}

function randomStack(random: () => number): string {
  const frames: string[] = [];
  for (let depth = Math.floor(random() * 6); depth > 0; depth--) {
    const frame = `f${Math.floor(random() * 4)}`;
    frames.push(random() < 0.2 ? `${frame}+g${Math.floor(random() * 2)}` : frame);
  }
  return frames.join(";");
}

/** Mostly small; now and then above 2^53, where doubles are not exact any more. */
function randomValue(random: () => number): bigint {
  const small = BigInt(1 + Math.floor(random() * 1000));
  return random() < 0.05 ? (1n << 54n) + small : small;
}

/** The profile type of a test row. */
export function typeOf(row: TestRow): string {
  const value = (name: string): string => row.labels.find((label) => label.name === name)?.value ?? "";
  const [sampleType, sampleUnit] = [value("__type__"), value("__unit__")];
  const [periodType, periodUnit] = [value("__period_type__"), value("__period_unit__")];
  return formatProfileType({ name: value("__name__"), sampleType, sampleUnit, periodType, periodUnit });
}
