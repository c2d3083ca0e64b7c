import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Height of a table row in px; the same as --row in tokens.css. */
export const rowPx = 20;
/** Rows drawn above and below what is seen, so that scrolling shows no gap. */
const overscan = 10;

/** Which rows of a scrolled table are to be drawn: [first, end). */
export function visibleRows(scrollTop: number, heightPx: number, rowCount: number): { first: number; end: number } {
  const first = Math.max(0, Math.floor(scrollTop / rowPx) - overscan);
  const end = Math.min(rowCount, Math.ceil((scrollTop + heightPx) / rowPx) + overscan);
  return { first: Math.min(first, end), end };
}

/** A table that draws only the rows in sight, in a box that scrolls and takes the keyboard. */
export function VirtualTable(props: {
  readonly label: string;
  readonly head: ComponentChildren;
  readonly columnCount: number;
  readonly rowCount: number;
  readonly row: (index: number) => ComponentChildren;
  readonly isDimmed: boolean;
}): JSX.Element {
  const box = useRef<HTMLElement>(null);
  const [window, setWindow] = useState({ top: 0, height: 800 });
  const measure = (): void => {
    const element = box.current;
    if (element !== null) setWindow({ top: element.scrollTop, height: element.clientHeight });
  };
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    if (box.current !== null) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const { first, end } = visibleRows(window.top, window.height, props.rowCount);
  const rows = Array.from({ length: end - first }, (_, at) => props.row(first + at));
  return (
    <section
      ref={box}
      class={`table-box${props.isDimmed ? " dimmed" : ""}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by the keyboard.
      tabIndex={0}
      aria-label={props.label}
      onScroll={measure}
    >
      <table aria-rowcount={props.rowCount + 1}>
        <thead>{props.head}</thead>
        <tbody>
          <Gap rowCount={first} columnCount={props.columnCount} />
          {rows}
          <Gap rowCount={props.rowCount - end} columnCount={props.columnCount} />
        </tbody>
      </table>
    </section>
  );
}

/** Takes the room of rows that are not drawn. */
function Gap(props: { readonly rowCount: number; readonly columnCount: number }): JSX.Element | null {
  if (props.rowCount <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row of a table takes no focus.
    <tr aria-hidden="true" style={{ height: `${props.rowCount * rowPx}px` }}>
      <td colSpan={props.columnCount} />
    </tr>
  );
}
