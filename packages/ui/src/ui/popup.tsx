import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

/** A button that opens a panel below itself; Esc, a click elsewhere or leaving it closes it. */
export function Popup(props: {
  readonly label: string;
  readonly text: ComponentChildren;
  readonly children: (close: () => void) => ComponentChildren;
  readonly alignment?: "left" | "right";
}): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  useClosing(root, isOpen, setOpen);
  return (
    <div class="popup" ref={root}>
      <button
        ref={button}
        type="button"
        class="button button-plain"
        aria-label={props.label}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {props.text} <span aria-hidden="true">▾</span>
      </button>
      {isOpen && (
        // biome-ignore lint/a11y/noStaticElementInteractions: Esc is heard from all that is inside.
        <div
          id={id}
          class={`popup-panel popup-${props.alignment ?? "left"}`}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.stopPropagation();
            close();
          }}
        >
          {props.children(close)}
        </div>
      )}
    </div>
  );
}

function useClosing(
  root: { current: HTMLDivElement | null },
  isOpen: boolean,
  setOpen: (isOpen: boolean) => void,
): void {
  useEffect(() => {
    if (!isOpen) return;
    const away = (event: Event): void => {
      if (event.target instanceof Node && root.current?.contains(event.target) !== true) setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    document.addEventListener("focusin", away);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("focusin", away);
    };
  }, [isOpen, root, setOpen]);
}
