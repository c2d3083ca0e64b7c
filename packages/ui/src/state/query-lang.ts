/**
 * The language of queries, `<profile type>{name="value",other=~"a|b"}`: a lossless tokenizer, a parser and a printer.
 * The server has the last word on selectors; this one serves the chips and the colours of the input.
 */

export type MatchOperator = "=" | "!=" | "=~" | "!~";

export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
}

export interface Query {
  /** `name:sample_type:sample_unit:period_type:period_unit`; empty when not chosen yet. */
  readonly profileType: string;
  readonly matchers: readonly Matcher[];
}

/** What is wrong with a text, and where. */
export interface QueryFault {
  readonly fault: string;
  /** Index of the character the fault begins at. */
  readonly at: number;
}

export type TokenKind = "name" | "operator" | "string" | "punctuation" | "space" | "bad";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
}

const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ["space", /\s+/y],
  ["operator", /=~|!~|!=|=/y],
  ["punctuation", /[{},]/y],
  ["string", /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|`[^`]*`/y],
  ["name", /[^\s{},="'`!~]+/y],
];

/** Cuts a text into tokens; their texts, joined, are the text again. What fits nothing is `bad`, one character at a time. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const token = tokenAt(text, at);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function tokenAt(text: string, at: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) return { kind, text: match[0], at };
  }
  return { kind: "bad", text: text.charAt(at), at };
}

/** Reads a query: a profile type, a selector in braces, or both. */
export function parseQuery(text: string): Query | QueryFault {
  const tokens = tokenize(text).filter((token) => token.kind !== "space");
  const first = tokens[0];
  const hasType = first?.kind === "name";
  const profileType = hasType ? first.text : "";
  const rest = hasType ? tokens.slice(1) : tokens;
  if (rest.length === 0) return { profileType, matchers: [] };
  const matchers = parseSelector(rest, text.length);
  return "fault" in matchers ? matchers : { profileType, matchers };
}

/** Reads `{…}` from its tokens; a comma before the closing brace is allowed. */
function parseSelector(tokens: readonly Token[], end: number): readonly Matcher[] | QueryFault {
  if (tokens[0]?.text !== "{") return faultAt(tokens[0], end, "a selector begins with {");
  const matchers: Matcher[] = [];
  let index = 1;
  while (tokens[index]?.text !== "}") {
    const matcher = parseMatcher(tokens.slice(index, index + 3), end);
    if ("fault" in matcher) return matcher;
    matchers.push(matcher);
    index += 3;
    const after = tokens[index];
    if (after?.text === ",") index++;
    else if (after?.text !== "}") return faultAt(after, end, "expected , or }");
  }
  const extra = tokens[index + 1];
  return extra === undefined ? matchers : faultAt(extra, end, "nothing may follow }");
}

function parseMatcher(tokens: readonly Token[], end: number): Matcher | QueryFault {
  const [name, operator, value] = tokens;
  if (name?.kind !== "name" && name?.kind !== "string") return faultAt(name, end, "expected a label name or }");
  if (operator?.kind !== "operator") return faultAt(operator, end, "expected =, !=, =~ or !~");
  if (value?.kind !== "string") return faultAt(value, end, "expected a value in quotes");
  const nameText = name.kind === "string" ? unquote(name.text) : name.text;
  return { name: nameText, operator: operator.text as MatchOperator, value: unquote(value.text) };
}

function faultAt(token: Token | undefined, end: number, fault: string): QueryFault {
  return { fault, at: token?.at ?? end };
}

const escapes: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** The text of a quoted literal, with the escapes of Go; backticks have none. */
export function unquote(literal: string): string {
  const body = literal.slice(1, -1);
  if (literal.startsWith("`")) return body;
  return body.replace(/\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{3}|[\s\S])/g, (_whole, code: string) => {
    if (code.length === 1) return escapes[code] ?? code;
    const isOctal = code.length === 3 && /^[0-7]/.test(code);
    const point = isOctal ? Number.parseInt(code, 8) : Number.parseInt(code.slice(1), 16);
    return point > 0x10ffff ? "\ufffd" : String.fromCodePoint(point);
  });
}

/** A text in double quotes that `unquote` and the server read back. */
export function quote(text: string): string {
  const body = text.replace(/["\\\n\r\t]/g, (one) => {
    if (one === "\n") return "\\n";
    if (one === "\r") return "\\r";
    return one === "\t" ? "\\t" : `\\${one}`;
  });
  return `"${body}"`;
}

/** The selector alone, as requests carry it. */
export function printSelector(matchers: readonly Matcher[]): string {
  return `{${matchers.map(printMatcher).join(", ")}}`;
}

export function printMatcher({ name, operator, value }: Matcher): string {
  const bare = /^[a-zA-Z_]\w*$/.test(name) ? name : quote(name);
  return `${bare}${operator}${quote(value)}`;
}

export function printQuery(query: Query): string {
  return `${query.profileType}${printSelector(query.matchers)}`;
}

/** The matchers with the one of this name replaced, added, or, without a value, removed. */
export function withLabel(matchers: readonly Matcher[], name: string, value: string | undefined): readonly Matcher[] {
  const added: readonly Matcher[] = value === undefined ? [] : [{ name, operator: "=", value }];
  const index = matchers.findIndex((matcher) => matcher.name === name);
  const others = matchers.filter((matcher) => matcher.name !== name);
  return index < 0 ? [...others, ...added] : [...others.slice(0, index), ...added, ...others.slice(index)];
}

/** The value a label is asked to equal, if one is. */
export function labelValue(matchers: readonly Matcher[], name: string): string | undefined {
  return matchers.find((matcher) => matcher.name === name && matcher.operator === "=")?.value;
}
