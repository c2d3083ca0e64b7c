/** Longer values are cut: a log line is no place for a body. */
const valueLengthMax = 8192;

/** `key=value key="two words"`, as go-kit and Loki read it. */
export function formatLogfmt(fields: Readonly<Record<string, unknown>>): string {
  let line = "";
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    line += `${line === "" ? "" : " "}${key.replaceAll(/[\s="]/g, "_")}=${quote(String(value))}`;
  }
  return line;
}

function quote(value: string): string {
  const text = value.length > valueLengthMax ? `${value.slice(0, valueLengthMax)}…` : value;
  return /^[^\s="\\\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text);
}
