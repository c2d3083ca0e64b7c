/** Texts longer than this are cut before they are measured: no canvas is wider. */
const charactersMax = 1024;
const ellipsis = "…";

/**
 * Widths of texts from widths of characters, each measured once: labels of a whole canvas cost no measuring. Kerning is
 * left out: it makes texts narrower, so what fits here fits.
 */
export class TextFitter {
  readonly #measure: (text: string) => number;
  readonly #widths = new Map<string, number>();

  constructor(measure: (text: string) => number) {
    this.#measure = measure;
  }

  /** Width of the text in the measure's unit. */
  widthOf(text: string): number {
    let width = 0;
    for (const character of text.slice(0, charactersMax)) width += this.#widthOfCharacter(character);
    return width;
  }

  /** The text, or as much of its beginning as fits with an ellipsis; empty if fewer than two characters do. */
  cut(text: string, widthMax: number): string {
    const room = widthMax - this.#widthOfCharacter(ellipsis);
    let width = 0;
    let kept = "";
    let keptAll = true;
    for (const character of text.slice(0, charactersMax)) {
      width += this.#widthOfCharacter(character);
      if (width <= room && keptAll) kept += character;
      else keptAll = false;
      if (width > widthMax) return [...kept].length < 2 ? "" : kept + ellipsis;
    }
    return text;
  }

  /** The first of the texts that fits whole, else the last one cut. */
  fit(texts: readonly string[], widthMax: number): string {
    for (const text of texts) if (this.widthOf(text) <= widthMax) return text;
    return this.cut(texts.at(-1) ?? "", widthMax);
  }

  #widthOfCharacter(character: string): number {
    let width = this.#widths.get(character);
    if (width === undefined) {
      width = this.#measure(character);
      this.#widths.set(character, width);
    }
    return width;
  }
}
