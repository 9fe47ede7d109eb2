/** An address range in a request: the form only; what lies in it is the auth room's to say. */
import { z } from "@hono/zod-openapi";

const RANGE = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()]);

/** CIDR notation (RFC 4632, RFC 4291 section 2.3), or a single address. */
export const addressRange = z
  .string()
  .max(64)
  .refine((text) => RANGE.safeParse(text).success, "is not an address range such as `203.0.113.0/24` or `2001:db8::/32`")
  .openapi({ example: "203.0.113.0/24" });
