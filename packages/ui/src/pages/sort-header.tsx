import type { JSX } from "preact";

export interface SortProps {
  readonly sort: { readonly column: string; readonly isAscending: boolean };
  /** The new order, as the URL writes it. */
  readonly onSort: (sort: string) => void;
}

/** The head of a column; a click sorts by it, a second one the other way round. */
export function SortHeader(
  props: SortProps & { readonly column: string; readonly text: string; readonly isNumber?: boolean },
): JSX.Element {
  const { column, text, sort, onSort, isNumber = false } = props;
  const isCurrent = sort.column === column;
  const next = sort.isAscending ? `-${column}` : column;
  const first = isNumber ? `-${column}` : column;
  const direction = sort.isAscending ? "ascending" : "descending";
  return (
    <th scope="col" class={isNumber ? "number" : "name"} aria-sort={isCurrent ? direction : "none"}>
      <button type="button" onClick={() => onSort(isCurrent ? next : first)}>
        {text} <span aria-hidden="true">{isCurrent ? (sort.isAscending ? "▲" : "▼") : ""}</span>
      </button>
    </th>
  );
}
