import type { ComponentChildren, JSX } from "preact";
import { openHref } from "../state/url-store.ts";

/** A link inside the app: a plain click stays in the page, any other is the browser's. */
export function Link(props: {
  readonly href: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly isCurrent?: boolean;
}): JSX.Element {
  const onClick = (event: MouseEvent): void => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    openHref(props.href);
  };
  return (
    <a
      href={props.href}
      class={props.class}
      aria-current={props.isCurrent === true ? "page" : undefined}
      onClick={onClick}
    >
      {props.children}
    </a>
  );
}
