/** Ten per cent off one article. */
export interface Discount {
  readonly sku: number;
  readonly percent: number;
}

/** A price list of so many discounts. */
export function makeDiscounts(count: number): readonly Discount[] {
  return Array.from({ length: count }, (_, index) => ({ sku: index * 7, percent: (index % 9) + 1 }));
}

/** The same, by article. */
export function discountsBySku(discounts: readonly Discount[]): ReadonlyMap<number, Discount> {
  return new Map(discounts.map((discount) => [discount.sku, discount]));
}

/** The slow way: looks at every discount until one fits. */
export function findDiscountByScan(discounts: readonly Discount[], sku: number): Discount | undefined {
  for (const discount of discounts) if (discount.sku === sku) return discount;
  return undefined;
}

/** Prices one basket of 40 articles and formats its receipt. */
export function priceBasket(seed: number, find: (sku: number) => Discount | undefined): string {
  let cents = 0;
  const lines: string[] = [];
  for (let item = 0; item < 40; item++) {
    const sku = (seed * 131 + item * 977) % 28_000;
    const discount = find(sku);
    const price = addTax(1000 + (sku % 500), item);
    cents += discount === undefined ? price : Math.round(price * (1 - discount.percent / 100));
    lines.push(`${sku}\t${price}`);
  }
  return printReceipt(lines, cents);
}

function addTax(cents: number, item: number): number {
  let taxed = cents;
  // Rounds as the tax office does, article by article.
  for (let step = 0; step < 300; step++) taxed = Math.round(taxed * (1 + ((item + step) % 3) / 10_000));
  return taxed;
}

function printReceipt(lines: readonly string[], cents: number): string {
  return JSON.stringify({ lines: lines.map((line) => line.split("\t")), total: (cents / 100).toFixed(2) });
}
