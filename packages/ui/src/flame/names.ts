/** The name of a function in parts. */
export interface NameParts {
  /** What it belongs to, for its colour: a package, namespace, crate, module or file; empty if the name tells none. */
  readonly package: string;
  /** What to show where the whole name does not fit: method with its type, without its package. */
  readonly short: string;
}

/** Longer names are split as if they ended here: no name makes drawing slow. */
const nameCharactersMax = 1024;

/**
 * Splits the name of a function of any runtime. Profiles do not say which runtime a name is of, and mix them (native
 * frames below Python's), so the form of the name decides: the first rule that knows it wins.
 */
export function splitName(wholeName: string): NameParts {
  const name = wholeName.slice(0, nameCharactersMax);
  for (const rule of rules) {
    const parts = rule(name);
    if (parts !== undefined && parts.short !== "") return parts;
  }
  return { package: "", short: wholeName };
}

type Rule = (name: string) => NameParts | undefined;

/** `(garbage collector)`, `[unknown]`, `<module>`: not of a package. */
const special: Rule = (name) =>
  /^(\([^()]*\)|\[[^[\]]*\]|<[^<>]*>)$/.test(name) ? { package: "", short: name } : undefined;

/** Kernel functions as perf and eBPF mark them: `do_syscall_64_[k]`. */
const kernel: Rule = (name) =>
  name.endsWith("_[k]") ? { package: "kernel", short: name.slice(0, -"_[k]".length) } : undefined;

/** A shared object instead of a function: `libc.so.6`, `/usr/lib/libz.so.1.3`. */
const sharedObject: Rule = (name) => {
  const file = /^(?:.*\/)?([^/ ]+\.so(?:\.\d+)*)$/.exec(name)?.[1];
  return file === undefined ? undefined : { package: file, short: file };
};

/** Node: `./node_modules/express/lib/router.js:handle:46`, `node:fs:readSync:723`, `:Garbage Collection:0`. */
const node: Rule = (name) => {
  const [, file = "", short = ""] = /^(.*):([^:]+):\d+$/.exec(name) ?? [];
  if (short === "") return undefined;
  const dependency = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
  return { package: dependency ?? file, short };
};

/** Python and Ruby agents that give a file: `app/server.py:handle`, `handle - app/server.rb`. */
const scriptFile: Rule = (name) => {
  const [, file, called] = /^(.+\.(?:py|rb|php|js|ts)):([^:]+)$/.exec(name) ?? [];
  if (file !== undefined && called !== undefined) return { package: file, short: called };
  const [, method, path] = /^(.+) - (\S+\.(?:py|rb|php|js|ts))$/.exec(name) ?? [];
  return method === undefined || path === undefined ? undefined : { package: path, short: method };
};

/** .NET: `System.Net.Http!HttpClient.SendAsync`, `App!App.Orders.Cart.Total`: module, then namespace, type and method. */
const dotnet: Rule = (name) => {
  const bang = name.indexOf("!");
  if (bang <= 0 || /\s/.test(name.slice(0, bang))) return undefined;
  const member = name.slice(bang + 1);
  const inner = dotted(member);
  return inner.short === member ? { package: name.slice(0, bang), short: member } : inner;
};

/** Ruby: `ActiveRecord::Base#save`, `block in Shop::Cart#total`. */
const ruby: Rule = (name) => {
  const [, prefix = "", owner = "", method = ""] =
    /^((?:\w+ (?:\(\d+ levels\) )?in )*)([A-Z][\w:]*)#([^#]+)$/.exec(name) ?? [];
  if (method === "") return undefined;
  const colons = owner.lastIndexOf("::");
  const type = colons < 0 ? owner : owner.slice(colons + 2);
  return { package: colons < 0 ? owner : owner.slice(0, colons), short: `${prefix}${type}#${method}` };
};

/** Rust and C++: `core::ops::function::FnOnce::call_once`, `std::vector<int>::push_back(int const&)`. */
const colons: Rule = (name) => {
  const stripped = name.replace(/::h[0-9a-f]{16}$/, "");
  const starts = partStarts(stripped, "::");
  if (starts.length < 2) return undefined;
  const last = starts.length - 1;
  const before = stripped.slice(starts[last - 1], (starts[last] ?? 0) - 2);
  // A type stays with its method, a function with its closure.
  const together = startsUpper(before) || before.indexOf("<") > 0 || stripped[starts[last] ?? 0] === "{";
  const from = last >= 2 && together ? last - 1 : last;
  const owner = stripped.slice(0, (starts[from] ?? 0) - 2);
  // `<alloc::vec::Vec<T> as core::ops::Drop>::drop` is of the crate of the type.
  const type = /^<&?(?:mut )?([\w:]+)/.exec(owner)?.[1];
  return { package: type === undefined ? owner : packageOfType(type), short: stripped.slice(starts[from]) };
};

function packageOfType(type: string): string {
  const end = type.lastIndexOf("::");
  return end < 0 ? type : type.slice(0, end);
}

/** Go: `github.com/acme/shop/cart.(*Cart).Total`, `net/http.HandlerFunc.ServeHTTP`, `main.main.func1`. */
const goPath: Rule = (name) => {
  const end = endOfPath(name);
  const slash = name.lastIndexOf("/", end);
  if (slash < 0 || /^[A-Z]/.test(name.slice(slash + 1))) return undefined;
  const dot = name.indexOf(".", slash);
  return dot < 0 ? undefined : { package: name.slice(0, dot), short: name.slice(dot + 1) };
};

/** Where type parameters, arguments or receivers begin, which hold paths of their own. */
function endOfPath(name: string): number {
  const end = name.search(/[[(<{]/);
  return end < 0 ? name.length : end;
}

/** JVM with slashes: `java/util/HashMap.put`, `com/acme/Cart$Line.total`. */
const jvmSlashes: Rule = (name) => {
  const slash = name.lastIndexOf("/", endOfPath(name));
  if (slash <= 0 || !/^[A-Z]/.test(name.slice(slash + 1))) return undefined;
  return { package: name.slice(0, slash).replaceAll("/", "."), short: name.slice(slash + 1) };
};

const dots: Rule = (name) => {
  const end = endOfPath(name);
  return name.slice(0, end + 1).includes(".") && !/\s/.test(name.slice(0, end)) ? dotted(name) : undefined;
};

const rules: readonly Rule[] = [
  special,
  kernel,
  sharedObject,
  node,
  scriptFile,
  dotnet,
  ruby,
  colons,
  goPath,
  jvmSlashes,
  dots,
];

/**
 * `java.util.HashMap.put(Object)`, `django.db.models.Model.save`, `System.Text.Json.JsonSerializer.Write`, `main.run`: a
 * package is in small letters; if it is not, the last two parts are type and method.
 */
function dotted(name: string): NameParts {
  const starts = partStarts(name, ".");
  const last = starts.length - 1;
  if (last < 1) return { package: "", short: name };
  const upper = starts.findIndex((start) => /^[A-Z(]/.test(name.slice(start)));
  let from = upper > 0 ? upper : Math.max(last - 1, 0);
  if (upper < 0) from = starts.length > 2 && /^func\d/.test(name.slice(starts[last])) ? 1 : last;
  // A type without a package is its own: `Cart.total`.
  if (from === 0) return { package: name.slice(0, (starts[1] ?? 1) - 1), short: name };
  return { package: name.slice(0, (starts[from] ?? 1) - 1), short: name.slice(starts[from]) };
}

function startsUpper(text: string): boolean {
  return /^[A-Z]/.test(text);
}

/** Where the parts between separators begin; separators inside brackets, and all after arguments, do not count. */
function partStarts(name: string, separator: string): number[] {
  const starts = [0];
  let depth = 0;
  for (let at = 0; at < name.length; at++) {
    const character = name[at] ?? "";
    if (depth === 0 && character === "(" && !name.startsWith("(*", at) && !name.startsWith("(anonymous", at)) break;
    if (name.startsWith("operator", at) && depth === 0) break;
    if ("<([{".includes(character)) depth++;
    else if (">)]}".includes(character) && name[at - 1] !== "-" && depth > 0) depth--;
    else if (depth === 0 && name.startsWith(separator, at) && at > 0) {
      at += separator.length - 1;
      if (at + 1 < name.length) starts.push(at + 1);
    }
  }
  return starts;
}
