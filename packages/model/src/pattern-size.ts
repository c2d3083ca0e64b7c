/**
 * 20: a class of Unicode, such as `\pL`, has hundreds of ranges, and every copy of it has its own: 20 KB, where another
 * instruction takes one.
 */
const unicodeClassSize = 20;

/** 8: a copy of a class of so many characters takes as much as an instruction more. */
const charactersPerUnit = 8;

/** A place in a pattern and the sizes of what was read there: a group that is open, or the pattern itself. */
interface Frame {
  size: number;
  /** Size of the last atom, which a repetition repeats. */
  last: number;
}

/**
 * How many instructions a regular expression of RE2's syntax is compiled to, about and rather too many: repetitions
 * multiply. In the time of one look at its text, for texts whose program would be too large to make. Text that is no
 * regular expression has some size, too.
 */
export function patternSize(source: string): number {
  let frame: Frame = { size: 0, last: 0 };
  const open: Frame[] = [];
  const add = (size: number): void => {
    frame.size += size;
    frame.last = size;
  };
  for (let at = 0; at < source.length; ) {
    const char = source[at] as string;
    if (char === "(") {
      open.push(frame);
      frame = { size: 0, last: 0 };
      at = skip(groupHead, source, at);
    } else if (char === ")") {
      const outer = open.pop();
      const size = outer === undefined ? 1 : frame.size + 2;
      frame = outer ?? frame;
      add(size);
      at++;
    } else if (char === "[") {
      const end = skip(characterClass, source, at);
      add(classSize(source.slice(at, end)));
      at = end;
    } else if (char === "\\") {
      const end = skip(escapeSequence, source, at);
      add(escapeSize(source.slice(at, end)));
      at = end;
    } else if (char === "{" && skip(repetition, source, at) > at + 1) {
      const end = skip(repetition, source, at);
      repeat(frame, source.slice(at, end));
      at = end;
    } else if (char === "|") {
      frame.size++;
      at++;
    } else if (char === "*" || char === "+" || char === "?") {
      frame.size++;
      frame.last++;
      at++;
    } else {
      add(1);
      at++;
    }
  }
  return open.reduce((size, outer) => size + outer.size, frame.size);
}

const groupHead = /\((?:\?(?:P?<[^>]{0,64}>|[a-zA-Z-]*:?))?/y;
const characterClass = /\[\^?\]?(?:\[:\^?[a-z]{0,16}:\]|\\.|[^\\\]])*\]?/sy;
const escapeSequence = /\\(?:Q(?:(?!\\E).)*(?:\\E)?|[pP]\{[^}]*\}?|[pP].?|x\{[^}]*\}?|.?)/sy;
const repetition = /\{\d+(?:,\d*)?\}/y;

/** Where what the pattern matches at a place ends; one character on if it matches nothing. */
function skip(pattern: RegExp, source: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(source) ? pattern.lastIndex : at + 1;
}

function classSize(text: string): number {
  const unicodeCount = text.match(/\\[pP]/g)?.length ?? 0;
  return 1 + Math.floor(text.length / charactersPerUnit) + unicodeCount * unicodeClassSize;
}

function escapeSize(text: string): number {
  if (text.startsWith("\\Q")) return text.length;
  return /^\\[pP]/.test(text) ? unicodeClassSize : 1;
}

/** `{n}`, `{n,}` or `{n,m}`: so many copies of the last atom, and a branch for each that may be absent. */
function repeat(frame: Frame, text: string): void {
  const [least = 0, most] = text
    .slice(1, -1)
    .split(",")
    .map((bound) => (bound === "" ? undefined : Number(bound)));
  const copies = Math.max(1, least, most ?? 0);
  const size = copies * frame.last + copies - Math.min(least, copies);
  frame.size += size - frame.last;
  frame.last = size;
}
