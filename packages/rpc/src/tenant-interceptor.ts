import type { TenantId } from "@basalt/model";
import { anonymousTenant, BasaltError, parseTenantId } from "@basalt/model";
import type { HeaderFields } from "./headers.ts";
import { headerValue } from "./headers.ts";
import type { Interceptor } from "./interceptor.ts";

/** The header that names the tenant. */
export const tenantHeader = "x-scope-orgid";

/** Who may be named. */
export interface TenantOptions {
  readonly multitenancy: boolean;
  /** Tenants of one call: each is asked of every thread on its own. */
  readonly tenantsMax: number;
}

/**
 * Finds the tenants of a call. With multi-tenancy off the header is ignored and the tenant is `anonymous`.
 * A call whose context has tenants already (it comes from this process) keeps them.
 *
 * @throws BasaltError `tenant_missing`, `tenant_invalid`; `tenant_multiple` where only one may be named, and
 *   `tenants_too_many`.
 */
export function tenantInterceptor({ multitenancy, tenantsMax }: TenantOptions): Interceptor {
  const anonymous: readonly TenantId[] = [anonymousTenant];
  return (context, { tenancy }, next) => {
    if (tenancy === "none") return next();
    if (context.tenants.length === 0) {
      context.tenants = multitenancy ? tenantsFrom(context.requestHeaders) : anonymous;
    }
    if (tenancy === "one" && context.tenants.length > 1) {
      throw new BasaltError("tenant_multiple", "multiple org IDs present");
    }
    if (context.tenants.length > tenantsMax) {
      const message = `a query names ${context.tenants.length} tenants, at most ${tenantsMax} (-auth.tenants-per-query-max)`;
      throw new BasaltError("tenants_too_many", message);
    }
    return next();
  };
}

/**
 * The tenants that a header names: `a` or `a|b`, sorted, each once. Metadata after a colon is ignored.
 *
 * @throws BasaltError `tenant_missing`, `tenant_invalid`.
 */
export function tenantsFrom(headers: HeaderFields): readonly TenantId[] {
  const value = headerValue(headers, tenantHeader);
  if (value === undefined || value === "") throw new BasaltError("tenant_missing", "no org id");
  const names = value.split("|").map((part) => parseTenantId(part.split(":", 1)[0] ?? ""));
  return names.length === 1 ? names : [...new Set(names)].sort();
}
