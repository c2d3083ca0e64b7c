import type { JSX } from "preact";
import type { TopFunctions } from "../api/querier.ts";
import type { AnswerState } from "../api/use-answer.ts";
import { formatShare, formatValue } from "../flame/format-value.ts";
import { VirtualTable } from "../ui/virtual-rows.tsx";
import { NameCell, TableNote } from "./function-table.tsx";
import { formatPoints, isUnchanged, type Sides, shareChange, sidesOf } from "./share-change.ts";
import { SortHeader, type SortProps } from "./sort-header.tsx";
import type { FunctionRow, FunctionTable } from "./use-functions.ts";

export interface DiffTableProps extends SortProps {
  readonly table: FunctionTable | undefined;
  readonly state: AnswerState<TopFunctions>;
  readonly unit: string;
  readonly onPick: (name: string) => void;
}

/** All functions of both sides; the change is between shares, in percentage points. */
export function DiffTable(props: DiffTableProps): JSX.Element {
  const { table, state, sort, onSort } = props;
  const rows = table?.rows ?? [];
  const isTotal = sort.column.startsWith("total");
  const kind = isTotal ? "total" : "self";
  const head = (
    <tr>
      <SortHeader column="name" text="Function" sort={sort} onSort={onSort} />
      <th scope="col" class="number left">
        Left {kind}
      </th>
      <th scope="col" class="number right">
        Right {kind}
      </th>
      <SortHeader column="selfChange" text="Self change" sort={sort} onSort={onSort} isNumber />
      <SortHeader column="totalChange" text="Total change" sort={sort} onSort={onSort} isNumber />
    </tr>
  );
  return (
    <section class="panel functions" aria-label="Changed functions" aria-busy={state.isLoading}>
      <VirtualTable
        label="Table of changes"
        head={head}
        columnCount={5}
        rowCount={rows.length}
        isDimmed={state.isLoading && table !== undefined}
        row={(index) => {
          const row = rows[index];
          return row === undefined ? null : <Row key={index} row={row} kind={kind} {...props} />;
        }}
      />
      <TableNote table={table} />
    </section>
  );
}

function Row(props: DiffTableProps & { readonly row: FunctionRow; readonly kind: "self" | "total" }): JSX.Element {
  const { row, table, unit, kind, onPick } = props;
  const wholes = { left: table?.total ?? 0, right: table?.rightTotal ?? 0 };
  const sides = sidesOf(row, kind);
  return (
    <tr>
      <NameCell row={row} onPick={onPick} isNarrow />
      <td class="number" title={formatValue(sides.left, unit)}>
        {formatShare(sides.left, wholes.left)}
      </td>
      <td class="number" title={formatValue(sides.right, unit)}>
        {formatShare(sides.right, wholes.right)}
      </td>
      <ChangeCell sides={sidesOf(row, "self")} wholes={wholes} />
      <ChangeCell sides={sidesOf(row, "total")} wholes={wholes} />
    </tr>
  );
}

function ChangeCell({ sides, wholes }: { readonly sides: Sides; readonly wholes: Sides }): JSX.Element {
  const points = shareChange(sides, wholes);
  const kind = isUnchanged(points) ? "same" : points > 0 ? "more" : "less";
  return <td class={`number change-${kind}`}>{formatPoints(points)}</td>;
}
