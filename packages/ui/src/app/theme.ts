/** The theme: chosen by the reader and kept in the browser, or the system's. */
import { useEffect, useState } from "preact/hooks";

export type ThemeChoice = "light" | "dark" | "system";

const storageKey = "basalt-theme";
const systemDark: MediaQueryList = matchMedia("(prefers-color-scheme: dark)");

export function storedTheme(): ThemeChoice {
  const stored = localStorage.getItem(storageKey);
  return stored === "light" || stored === "dark" ? stored : "system";
}

/** Sets the theme of the document. */
export function applyTheme(choice: ThemeChoice): void {
  const isDark = choice === "dark" || (choice === "system" && systemDark.matches);
  document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
}

/** The chosen theme, applied also when the system's changes, and what chooses another. */
export function useTheme(): readonly [ThemeChoice, (choice: ThemeChoice) => void] {
  const [choice, setChoice] = useState(storedTheme);
  useEffect(() => {
    const follow = (): void => applyTheme(storedTheme());
    systemDark.addEventListener("change", follow);
    return () => systemDark.removeEventListener("change", follow);
  }, []);
  const choose = (next: ThemeChoice): void => {
    localStorage.setItem(storageKey, next);
    applyTheme(next);
    setChoice(next);
  };
  return [choice, choose];
}
