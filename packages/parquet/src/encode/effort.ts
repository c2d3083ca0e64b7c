/**
 * How much time is spent on fewer bytes. `small`: every page is tried in every encoding, unless rows repeat each other
 * so well that there is nothing left to save. `fast`: only the first page is tried, and dictionaries are for strings
 * alone: for what is soon written again.
 */
export type Effort = "small" | "fast";
