import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Readout } from "./readout.ts";

/** A point in CSS pixels of the window. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Distance of a popup from the pointer. */
const offset = 14;

/** Beside a point, on the side where there is room. */
function besides({ x, y }: Point, distance: number): Readonly<Record<string, string>> {
  const horizontal = x > innerWidth / 2 ? { right: `${innerWidth - x + distance}px` } : { left: `${x + distance}px` };
  const vertical = y > innerHeight / 2 ? { bottom: `${innerHeight - y + distance}px` } : { top: `${y + distance}px` };
  return { ...horizontal, ...vertical };
}

export function FlameTooltip({ readout, at }: { readout: Readout; at: Point }): JSX.Element {
  return (
    <div class="flame-tooltip" role="tooltip" style={besides(at, offset)}>
      <div class="flame-tooltip-title">{readout.title}</div>
      <table>
        <tbody>
          {readout.lines.map(([label, ...values]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {values.map((value, index) => (
                <td key={index}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export interface FlameAction {
  readonly text: string;
  readonly run: () => void;
}

export interface FlameMenuProps {
  readonly label: string;
  readonly at: Point;
  readonly actions: readonly FlameAction[];
  readonly onClose: () => void;
}

/** What can be done with a frame. Holds the keyboard until it closes: arrows walk, Enter does, Escape and Tab leave. */
export function FlameMenu({ label, at, actions, onClose }: FlameMenuProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    itemAt(list.current, 0)?.focus();
    const closeOutside = (event: Event): void => {
      if (event.target instanceof Node && list.current?.contains(event.target) !== true) onClose();
    };
    addEventListener("pointerdown", closeOutside, true);
    return () => removeEventListener("pointerdown", closeOutside, true);
  }, [onClose]);
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      const index = [...(list.current?.children ?? [])].indexOf(document.activeElement ?? document.body);
      itemAt(list.current, (index + step + actions.length) % actions.length)?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      onClose();
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    <div
      ref={list}
      class="flame-menu"
      role="menu"
      tabIndex={-1}
      aria-label={label}
      style={besides(at, 0)}
      onKeyDown={onKeyDown}
    >
      {actions.map(({ text, run }) => (
        <button
          key={text}
          type="button"
          role="menuitem"
          onClick={() => {
            onClose();
            run();
          }}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

function itemAt(list: HTMLElement | null, index: number): HTMLElement | undefined {
  const item = list?.children[index];
  return item instanceof HTMLElement ? item : undefined;
}
