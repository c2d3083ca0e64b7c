/**
 * How much time is spent on fewer bytes. `small`: each fourth page is tried in every encoding, and those between follow
 * it, which together costs about as much as writing twice. `fast`: only the first page is tried, and dictionaries are
 * for strings alone: for what is soon written again.
 */
export type Effort = "small" | "fast";
