/** One article of the catalog. */
export interface Product {
  readonly sku: number;
  readonly title: string;
  readonly words: readonly string[];
}

/** A catalog of so many articles. */
export function makeProducts(count: number): readonly Product[] {
  return Array.from({ length: count }, (_, sku) => {
    const title = `item ${sku % 100} of series ${sku % 37}`;
    return { sku, title, words: title.split(" ") };
  });
}

/** Articles that hold a word of the question, best first. */
export function search(products: readonly Product[], question: string): readonly Product[] {
  const wanted = question.split(" ");
  const scored = products.map((product) => ({ product, score: scoreOf(product, wanted) }));
  return scored
    .filter(({ score }) => score > 1)
    .sort((a, b) => b.score - a.score || a.product.sku - b.product.sku)
    .slice(0, 50)
    .map(({ product }) => product);
}

function scoreOf(product: Product, wanted: readonly string[]): number {
  let score = 0;
  for (const word of wanted) if (product.words.includes(word)) score++;
  return score;
}

/** HTML of a page. */
export function renderPage(kind: string, products: readonly Product[]): string {
  return products.map((product) => `<li class="${kind}">${escapeHtml(product.title)} ${product.sku}</li>`).join("\n");
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Pages that were rendered; thrown away all at once when full. */
export class PageCache {
  private readonly pages: Map<string, string> = new Map();
  private readonly pagesMax: number;

  constructor(pagesMax: number) {
    this.pagesMax = pagesMax;
  }

  put(key: string, page: string): void {
    if (this.pages.size >= this.pagesMax) this.pages.clear();
    this.pages.set(key, page);
  }
}
