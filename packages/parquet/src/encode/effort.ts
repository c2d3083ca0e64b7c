/**
 * How much time is spent on fewer bytes. `small`: every fourth page, and each that begins at a break, is tried in every
 * encoding. `fast`: only a leaf's first page is tried, and dictionaries are for strings alone: for what is soon written
 * again.
 */
export type Effort = "small" | "fast";
