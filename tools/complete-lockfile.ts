/**
 * `npm run lock`: completes package-lock.json after an install.
 *
 * npm leaves out of the lockfile what it could not resolve of a package's optional dependencies: binaries for platforms that
 * the registry at hand does not have. `npm ci` then refuses the lockfile, on every platform. This adds an entry for each,
 * with the version that its parent asks for and the platform that its name tells; whoever has that platform fetches it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** An entry of the lockfile, as far as it matters here. */
interface Entry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lockfile {
  packages: Record<string, Entry>;
}

/** Words of package names and what npm calls them. */
const systems: ReadonlyMap<string, string> = new Map([
  ["android", "android"],
  ["darwin", "darwin"],
  ["freebsd", "freebsd"],
  ["linux", "linux"],
  ["netbsd", "netbsd"],
  ["openbsd", "openbsd"],
  ["openharmony", "openharmony"],
  ["sunos", "sunos"],
  ["win32", "win32"],
  ["windows", "win32"],
]);
const processors: ReadonlyMap<string, string> = new Map([
  ["64", "x64"],
  ["arm", "arm"],
  ["arm64", "arm64"],
  ["armv7", "arm"],
  ["ia32", "ia32"],
  ["loong64", "loong64"],
  ["ppc64", "ppc64"],
  ["riscv64", "riscv64"],
  ["s390x", "s390x"],
  ["x64", "x64"],
]);

/** A package that only development needs has only such dependencies. */
function devOf(parent: Entry): Pick<Entry, "dev"> {
  return parent.dev === true ? { dev: true } : {};
}

/** What an entry says of its platform. */
interface Platform {
  readonly os: readonly string[];
  readonly cpu: readonly string[];
  readonly libc: Pick<Entry, "libc">;
}

/** The platform that a name tells: `@oxlint/binding-linux-arm64-musl`. */
function platformOf(name: string): Platform {
  const words = name.split(/[/-]/);
  const os = words.flatMap((word) => systems.get(word) ?? []);
  const cpu = words.flatMap((word) => processors.get(word) ?? []);
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`${name} does not tell its platform`);
  const isMusl = words.some((word) => word.startsWith("musl"));
  return { os, cpu, libc: isMusl ? { libc: ["musl"] } : {} };
}

const path: string = fileURLToPath(new URL("../package-lock.json", import.meta.url));
const lock = JSON.parse(readFileSync(path, "utf8")) as Lockfile;
const added: string[] = [];
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`;
    const isKnown = place in lock.packages || !/^\d/.test(version);
    if (isKnown) continue;
    const { cpu, libc, os } = platformOf(name);
    // In the order in which npm writes fields, so that it finds nothing to change.
    lock.packages[place] = { version, cpu, ...devOf(parent), ...libc, optional: true, os };
    added.push(name);
  }
}
if (added.length > 0) {
  // The order in which npm writes it.
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
  writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`);
}
console.log(`${added.length} packages of other platforms added to package-lock.json`);
