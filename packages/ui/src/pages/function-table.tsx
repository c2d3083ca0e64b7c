import type { JSX } from "preact";
import type { TopFunctions } from "../api/querier.ts";
import type { AnswerState } from "../api/use-answer.ts";
import { formatShare, formatValue } from "../flame/format-value.ts";
import { VirtualTable } from "../ui/virtual-rows.tsx";
import { SortHeader, type SortProps } from "./sort-header.tsx";
import type { FunctionRow, FunctionTable } from "./use-functions.ts";

export interface FunctionTableProps extends SortProps {
  readonly table: FunctionTable | undefined;
  readonly state: AnswerState<TopFunctions>;
  readonly unit: string;
  readonly onPick: (name: string) => void;
}

/** All functions with their exact values; a name searches for it. */
export function FunctionsTable(props: FunctionTableProps): JSX.Element {
  const { table, state, sort, onSort } = props;
  const rows = table?.rows ?? [];
  const head = (
    <tr>
      <SortHeader column="name" text="Function" sort={sort} onSort={onSort} />
      <SortHeader column="self" text="Self" sort={sort} onSort={onSort} isNumber />
      <SortHeader column="total" text="Total" sort={sort} onSort={onSort} isNumber />
    </tr>
  );
  return (
    <section class="panel functions" aria-label="Functions" aria-busy={state.isLoading}>
      <VirtualTable
        label="Table of functions"
        head={head}
        columnCount={3}
        rowCount={rows.length}
        isDimmed={state.isLoading && table !== undefined}
        row={(index) => {
          const row = rows[index];
          return row === undefined ? null : <Row key={index} row={row} {...props} />;
        }}
      />
      <TableNote table={table} />
    </section>
  );
}

function Row({ row, table, unit, onPick }: FunctionTableProps & { readonly row: FunctionRow }): JSX.Element {
  const whole = table?.total ?? 0;
  return (
    <tr>
      <NameCell row={row} onPick={onPick} />
      <ValueCell value={row.self} whole={whole} unit={unit} />
      <ValueCell value={row.total} whole={whole} unit={unit} />
    </tr>
  );
}

export function NameCell(props: {
  readonly row: FunctionRow;
  readonly onPick: (name: string) => void;
  /** Only the hint tells the file. */
  readonly isNarrow?: boolean;
}): JSX.Element {
  const { name, file } = props.row;
  return (
    <td class="name" title={file === "" ? name : `${name}\n${file}`}>
      <button type="button" class="link" onClick={() => props.onPick(name)}>
        {name}
      </button>
      {file !== "" && props.isNarrow !== true && <span class="file">{shortFile(file)}</span>}
    </td>
  );
}

/** The end of a path: what tells files apart. */
function shortFile(file: string): string {
  return file.split("/").slice(-2).join("/");
}

function ValueCell({
  value,
  whole,
  unit,
}: {
  readonly value: number;
  readonly whole: number;
  readonly unit: string;
}): JSX.Element {
  const share = whole > 0 ? Math.min(100, (value / whole) * 100) : 0;
  return (
    <td class="number">
      <span class="share-bar" style={{ width: `${share.toFixed(1)}%` }} />
      <span class="value">{formatValue(value, unit)}</span> <span class="share">{formatShare(value, whole)}</span>
    </td>
  );
}

/** How much of the truth is in sight. */
export function TableNote({ table }: { readonly table: FunctionTable | undefined }): JSX.Element {
  const shown = table?.rows.length ?? 0;
  const all = table?.functionCount ?? 0;
  const text = all > shown ? `${shown} of ${all} functions: search to find the others` : `${all} functions`;
  return (
    <p class="muted table-note" aria-live="polite">
      {table === undefined ? "" : text}
    </p>
  );
}
