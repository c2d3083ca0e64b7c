import type { SampleColumns } from "@basalt/model";

/** Values of one column, added up by stack id. */
export function sumByStack(
  ids: Uint32Array,
  samples: SampleColumns,
  options: { readonly stackCount: number; readonly column?: number },
): BigInt64Array {
  const sums = new BigInt64Array(options.stackCount);
  for (let sample = 0; sample < samples.sampleCount; sample++) {
    const stack = ids[sample] ?? 0;
    const value = samples.values[sample * samples.sampleTypeCount + (options.column ?? 0)] ?? 0;
    sums[stack] = (sums[stack] ?? 0n) + BigInt(value);
  }
  return sums;
}

/** Folded stacks at random: few functions and files, some inlined, some without functions, some empty. */
export function randomPicture(random: () => number, stacks: number): string {
  const pick = (count: number): number => Math.floor(random() * count);
  const lines: string[] = [];
  for (let i = 0; i < stacks; i++) {
    const frames: string[] = [];
    for (let depth = pick(9); depth > 0; depth--) {
      const inlined = random() < 0.2 ? `>in${pick(3)}@x.go:${pick(4)}` : "";
      const called = `f${pick(5)}@file${pick(2)}.go:${1 + pick(4)}${inlined}`;
      frames.push(random() < 0.1 ? `lib${pick(2)}.so!0x${pick(5) + 1}` : random() < 0.3 ? `bin!${called}` : called);
    }
    lines.push(`${frames.join(";")} ${1 + pick(9)}`.trim());
  }
  return lines.join("\n");
}
