/**
 * Which paths speak OpenAI's format: docs/contract.md, "Conventions": on these, whatever the method, every error is OpenAI's. A model's
 * path is read as OpenAI's clients read it, and written as this platform's.
 */
import { z } from "@hono/zod-openapi";
import { ERRORS, type ErrorCode } from "../../core/errors/codes.ts";

const PATHS = new Set(["/v1/chat/completions", "/v1/embeddings", "/v1/models"]);

/** Whether errors on this path are in OpenAI's format. */
export const speaksOpenAi = (method: string, path: string): boolean =>
  PATHS.has(path) || (path.startsWith("/v1/models/") && (method.toUpperCase() === "GET" || method.toUpperCase() === "HEAD"));

/** An error in OpenAI's format. */
export const OpenAiError = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string().openapi({ example: "invalid_request_error" }),
      code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
      param: z.string().nullable().openapi({ description: "the first field that is wrong: `messages[0].content`" }),
    }),
  })
  .openapi("OpenAiError", { description: "An error as OpenAI's clients read it" });
