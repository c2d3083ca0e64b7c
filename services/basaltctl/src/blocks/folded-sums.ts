import { type Setting, setting } from "@basalt/runtime";

export const foldedSetting: Setting<boolean> = setting({
  path: "folded",
  flag: "folded",
  type: "bool",
  default: false,
  category: "basic",
  description: "Sum the selected profiles up and print folded stacks, as flame graph tools read them.",
});

/** Sums by stack. A `;` or a line break inside a name, which would end it, becomes `:` or a space. */
export class FoldedSums {
  readonly #sums = new Map<string, bigint>();

  add(stack: readonly string[], value: bigint): void {
    const folded = foldedStack(stack);
    this.#sums.set(folded, (this.#sums.get(folded) ?? 0n) + value);
  }

  /** By stack. */
  rows(): readonly { readonly stack: string; readonly value: bigint }[] {
    const rows = [...this.#sums].map(([stack, value]) => ({ stack, value }));
    return rows.sort((a, b) => (a.stack < b.stack ? -1 : 1));
  }
}

/** The names of a stack, the root first, on one line. */
export function foldedStack(stack: readonly string[]): string {
  return stack.map((name) => name.replaceAll(";", ":").replaceAll(/[\r\n]/g, " ")).join(";");
}
