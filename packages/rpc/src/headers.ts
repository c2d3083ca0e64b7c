import { validateHeaderName, validateHeaderValue } from "node:http";

/** Received header fields: names in lower case, values of repeated fields joined by `, ` (`set-cookie` apart). */
export type HeaderFields = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One header's value; the first one if there are several. */
export function headerValue(headers: HeaderFields, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "object" ? value[0] : value;
}

/** The media type of a content-type header in lower case, without parameters. */
export function mediaType(headers: HeaderFields): string {
  const value = headerValue(headers, "content-type") ?? "";
  const end = value.indexOf(";");
  return (end < 0 ? value : value.slice(0, end)).trim().toLowerCase();
}

/** Whether a comma-separated list of codings such as `br;q=1, gzip` has one that is not refused by `q=0`. */
export function listsCoding(list: string | undefined, coding: string): boolean {
  if (list === undefined) return false;
  for (const element of list.split(",")) {
    const [name = "", ...parameters] = element.split(";");
    if (name.trim().toLowerCase() !== coding) continue;
    return !parameters.some((parameter) => /^\s*q=0(\.0*)?\s*$/i.test(parameter));
  }
  return false;
}

/**
 * Checks header fields that a handler built: HTTP/2 would hang on a wrong one, and say nothing.
 *
 * @throws TypeError naming the field.
 */
export function checkHeaders(headers: HeaderFields): void {
  for (const name in headers) {
    const value = headers[name] ?? "";
    validateHeaderName(name);
    for (const item of typeof value === "object" ? value : [value]) validateHeaderValue(name, item);
  }
}
