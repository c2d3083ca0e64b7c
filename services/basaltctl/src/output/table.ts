/** How a column of a table looks. */
export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align?: "right";
}

/** Rows under titles, two spaces apart. Control characters of values, which could move the cursor, become `?`. */
export function tableText(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(printable));
  const widths = columns.map(({ title }, i) =>
    cells.reduce((width, row) => Math.max(width, (row[i] ?? "").length), title.length),
  );
  const lineOf = (row: readonly string[]): string =>
    columns
      .map(({ align }, i) =>
        align === "right" ? (row[i] ?? "").padStart(widths[i] ?? 0) : (row[i] ?? "").padEnd(widths[i] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [columns.map(({ title }) => title), ...cells].map((row) => `${lineOf(row)}\n`).join("");
}

/** A text that a terminal shows and does not obey. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "?");
}
