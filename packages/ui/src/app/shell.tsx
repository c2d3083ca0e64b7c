import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { refresh } from "../state/clock.ts";
import { type PageName, type Selection, sideOf, type ViewState } from "../state/url.ts";
import { currentView, hrefOf, navigate, useView } from "../state/url-store.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { focusSearch, stepMatch } from "../ui/search-box.tsx";
import { keyHelp, listenToKeys } from "./keymap.ts";
import { Link } from "./link.tsx";
import { RangePicker } from "./range-picker.tsx";
import { type ThemeChoice, useTheme } from "./theme.ts";

const pages: readonly (readonly [PageName, string])[] = [
  ["services", "Services"],
  ["profile", "Profile"],
  ["compare", "Compare"],
];

/** What remains of a view on another page: the search and the zoom belong to the page that is left. */
export function pageChange(page: PageName): Partial<ViewState> {
  return { page, q: "", sort: "-self", focus: [] };
}

/** The frame around every page: header, keys, help. */
export function Shell({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const view = useView();
  const [isHelpOpen, setHelpOpen] = useState(false);
  useEffect(
    () =>
      listenToKeys({
        search: focusSearch,
        help: () => setHelpOpen(true),
        refresh,
        escape: stepBack,
        go: (page) => navigate(pageChange(page)),
        nextMatch: stepMatch,
      }),
    [],
  );
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Header view={view} onHelp={() => setHelpOpen(true)} />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      {isHelpOpen && <Help onClose={() => setHelpOpen(false)} />}
    </>
  );
}

/** Esc: first the search, then the zoom. */
function stepBack(): void {
  const { q, focus } = currentView();
  if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur();
  if (q !== "") navigate({ q: "" }, "replace");
  else if (focus.length > 0) navigate({ focus: [] });
}

function Header({ view, onHelp }: { readonly view: ViewState; readonly onHelp: () => void }): JSX.Element {
  return (
    <header class="header">
      <Link class="brand" href={hrefOf(pageChange("services"))}>
        <Logo /> Basalt
      </Link>
      <nav aria-label="Pages">
        {pages.map(([page, text]) => (
          <Link key={page} href={hrefOf(pageChange(page))} isCurrent={view.page === page}>
            {text}
          </Link>
        ))}
      </nav>
      <div class="header-tools">
        <RangePicker label="Time range" {...rangeOf(view)} onPick={pickRange} />
        <Button label="Refresh (r)" onClick={refresh}>
          <span aria-hidden="true">↻</span>
        </Button>
        <ThemeButton />
        <Button label="Help (?)" onClick={onHelp}>
          <span aria-hidden="true">?</span>
        </Button>
      </div>
    </header>
  );
}

function rangeOf(view: ViewState): { readonly from: string; readonly until: string } {
  const { from, until } = view.page === "compare" ? sideOf(view, "right") : view.main;
  return { from, until };
}

/** The header's range is that of the whole page: of a comparison it sets both sides. */
function pickRange(from: string, until: string): void {
  refresh();
  const { main, left, right } = currentView();
  navigate({ main: { ...main, from, until }, left: queryOf(left), right: queryOf(right) });
}

function queryOf({ query }: Partial<Selection>): Partial<Selection> {
  return query === undefined ? {} : { query };
}

function Logo(): JSX.Element {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M4 30V12l5-3 5 3v18zM12 30V7l5-3 5 3v23zM20 30V15l4-3 4 3v15z" />
      <path class="logo-top" d="M12 7l5-3 5 3-5 3z" />
    </svg>
  );
}

const nextTheme: Readonly<Record<ThemeChoice, ThemeChoice>> = { system: "light", light: "dark", dark: "system" };
const themeSign: Readonly<Record<ThemeChoice, string>> = { system: "◐", light: "☀", dark: "☾" };

function ThemeButton(): JSX.Element {
  const [choice, choose] = useTheme();
  return (
    <Button label={`Theme: ${choice}`} onClick={() => choose(nextTheme[choice])}>
      <span aria-hidden="true">{themeSign[choice]}</span>
    </Button>
  );
}

function Help({ onClose }: { readonly onClose: () => void }): JSX.Element {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl class="keys">
        {keyHelp.map(([keys, text]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
