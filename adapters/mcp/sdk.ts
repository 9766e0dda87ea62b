/**
 * What is used of the MCP packages, in one place: the build makes a file of its own of it (`mcp.cjs`), which only `unroll mcp` loads.
 */
export {
  McpServer,
  ProtocolError,
  ResourceTemplate,
  completable
} from '@modelcontextprotocol/server'
export type { CallToolResult, Transport } from '@modelcontextprotocol/server'
export { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
export { z } from 'zod'
