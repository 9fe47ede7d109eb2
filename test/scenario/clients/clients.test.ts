/**
 * The endpoints in OpenAI's format, through the clients that apps really use. One file for all suites: to bring the platform up costs
 * more than most of them, and each has orgs of its own.
 */
import "./openai-chat.suite.ts";
import "./openai-stream.suite.ts";
import "./openai-errors.suite.ts";
import "./ai-sdk.suite.ts";
import "./governance.suite.ts";
