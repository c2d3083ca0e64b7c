/** Copies text; where the page is not secure and has no clipboard, by a selection. Gives whether it did. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard over plain http, or not allowed: the old way needs neither.
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "flame-hidden";
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    return isCopied;
  }
}
