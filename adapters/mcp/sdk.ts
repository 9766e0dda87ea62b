/**
 * What is used of the MCP packages, in one place: the build makes a file of its own of it (`mcp.cjs`), which only `unroll mcp` loads.
 * Of zod these functions alone, so that the rest is left out.
 */
import * as zod from 'zod/v4'

export {
  McpServer,
  ProtocolError,
  ResourceTemplate,
  completable
} from '@modelcontextprotocol/server'
export type { CallToolResult, Transport } from '@modelcontextprotocol/server'
export { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
export type { ZodObject, infer as Infer } from 'zod/v4'

export const z = {
  array: zod.array,
  boolean: zod.boolean,
  enum: zod.enum,
  number: zod.number,
  object: zod.object,
  string: zod.string,
  union: zod.union
}
