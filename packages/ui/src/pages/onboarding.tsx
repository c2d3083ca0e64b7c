import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { copyText } from "../flame/copy-text.ts";
import { Button, Choices } from "../ui/button.tsx";
import { type SnippetName, snippets } from "./snippets.ts";

const choices = snippets.map(({ name }) => ({ value: name, text: name }));

/** What to do while nothing was ever received. */
export function Onboarding(): JSX.Element {
  const [name, setName] = useState<SnippetName>("Go");
  const [copied, setCopied] = useState("");
  const snippet = snippets.find((one) => one.name === name);
  const code = snippet?.code(location.origin) ?? "";
  const copy = async (): Promise<void> => {
    const isCopied = await copyText(code);
    setCopied(isCopied ? "copied" : "the browser did not allow it: select the text and copy it");
  };
  return (
    <section class="onboarding panel" aria-labelledby="onboarding-title">
      <h1 id="onboarding-title">No profiles yet</h1>
      <p>
        Send profiles with any Pyroscope client or collector to <code>{location.origin}</code>, then refresh (
        <kbd>r</kbd>).
      </p>
      <Choices label="Client" choices={choices} value={name} onChange={setName} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by the keyboard. */}
      <pre tabIndex={0}>{code}</pre>
      <p>
        <Button kind="primary" onClick={() => void copy()}>
          Copy
        </Button>{" "}
        <span aria-live="polite" class="muted">
          {copied}
        </span>
      </p>
    </section>
  );
}
