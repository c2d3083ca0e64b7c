/**
 * The name of a route in metrics: the path with every run of other characters than letters and digits turned into `_`,
 * trimmed, in lower case; `root` if nothing is left. Dashboards select by these names.
 */
export function routeName(path: string): string {
  const name = path.replace(/[^A-Za-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
  return name === "" ? "root" : name.toLowerCase();
}

/** The name under which requests to no route are counted. */
export const notFoundRouteName = "notfound";
