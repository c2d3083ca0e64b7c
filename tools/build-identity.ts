import { spawnSync } from "node:child_process";

/** Where a build comes from. */
export interface BuildIdentity {
  readonly revision: string;
  readonly branch: string;
}

/** The commit and branch of a checkout; `unknown` without git, and in a folder that some other checkout holds. */
export function buildIdentity(root: string): BuildIdentity {
  const { status, stdout } = spawnSync("git", ["rev-parse", "--show-cdup", "HEAD", "--abbrev-ref", "HEAD"], {
    cwd: root,
    encoding: "utf8",
  });
  const [wayToTop, revision, branch] = status === 0 ? stdout.split("\n") : [];
  if (wayToTop !== "" || revision === undefined || branch === undefined)
    return { revision: "unknown", branch: "unknown" };
  return { revision, branch };
}
