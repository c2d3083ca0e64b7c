/** The environment of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Replaces `${NAME}` and `${NAME:default}` (or `${NAME:-default}`) by variables of the environment; `$${` stays `${`.
 *
 * @throws Error when a variable without a default is not set.
 */
export function expandEnvironment(text: string, environment: Environment): string {
  return text.replaceAll(/\$(\$\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::(-?)([^}]*))?\}/g, (...match) => {
    const [, escaped, name = "", , fallback] = match as (string | undefined)[];
    if (escaped !== undefined) return escaped;
    const value = environment[name];
    if (value !== undefined && value !== "") return value;
    if (fallback === undefined && value === undefined) {
      throw new Error(`the environment has no ${name}, and \${${name}} gives no default`);
    }
    return fallback ?? "";
  });
}
