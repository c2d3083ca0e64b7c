import { stringAt } from "@basalt/model";
import type { SymbolTables } from "./symbol-tables.ts";

/** Strings of tables as texts, each decoded once, when it is first asked for. */
export class SymbolTexts {
  readonly #texts: (string | undefined)[] = [];
  /** UTF-16 units of all decoded texts. */
  decodedLength = 0;

  textOf(tables: SymbolTables, index: number): string {
    const known = this.#texts[index];
    if (known !== undefined) return known;
    const text = stringAt(tables, index);
    this.#texts[index] = text;
    this.decodedLength += text.length;
    return text;
  }
}

const textsByTables = new WeakMap<SymbolTables, SymbolTexts>();

/** The texts of tables; they live as long as the tables, so a warm query decodes nothing. */
export function textsOf(tables: SymbolTables): SymbolTexts {
  let texts = textsByTables.get(tables);
  if (texts === undefined) {
    texts = new SymbolTexts();
    textsByTables.set(tables, texts);
  }
  return texts;
}

/** Lets tables that grow from others, string by string, go on with their texts. */
export function shareTexts(tables: SymbolTables, texts: SymbolTexts): void {
  textsByTables.set(tables, texts);
}
