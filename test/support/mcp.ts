/**
 * A client of the MCP server in the same process, over a pair of transports in memory.
 */
import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { once } from 'node:events'
import { openMcp, type McpOptions } from '../../adapters/mcp/serve.ts'
import { UTC } from '../../domain/time/zone.ts'

/** A row of an answer. */
export type Row = Readonly<Record<string, unknown>>

export interface Asked {
  readonly isError: boolean
  readonly text: string
  readonly data: any // oxlint-disable-line typescript/no-explicit-any
}

export interface TestClient {
  readonly client: Client
  readonly ask: (tool: string, args?: Readonly<Record<string, unknown>>) => Promise<Asked>
  /** Resolves with the address of the next resource that is updated. */
  readonly updated: () => Promise<string>
  readonly close: () => Promise<void>
}

const TOLD = 'updated'

export const mcpClient = async (
  home: string,
  options: Partial<McpOptions> & { readonly roots?: ReadonlyArray<string> } = {}
): Promise<TestClient> => {
  const { roots, ...more } = options
  const { server, close } = openMcp({
    home,
    index: 'memory',
    cwd: '/nowhere',
    writable: false,
    redact: true,
    maxChars: 12_000,
    zone: UTC,
    nowMs: () => Date.parse('2026-11-22T00:00:00Z'),
    version: '0.0.0',
    engine: {},
    stop: new AbortController().signal,
    ...more
  })
  const [own, theirs] = InMemoryTransport.createLinkedPair()
  const client = new Client(
    { name: 'test', version: '1' },
    { capabilities: roots === undefined ? {} : { roots: {} } }
  )
  if (roots !== undefined)
    client.setRequestHandler('roots/list', () => ({
      roots: roots.map((path) => ({ uri: `file://${path}` }))
    }))
  const events = new EventTarget()
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
    events.dispatchEvent(Object.assign(new Event(TOLD), { uri: params.uri }))
  })
  await server.connect(own)
  await client.connect(theirs)
  return {
    client,
    ask: async (tool, args = {}) => {
      const {
        isError = false,
        content,
        structuredContent
      } = await client.callTool({
        name: tool,
        arguments: args
      })
      const [part] = content
      return { isError, text: part?.type === 'text' ? part.text : '', data: structuredContent }
    },
    updated: async () => {
      const [event] = (await once(events, TOLD)) as [Event & { readonly uri: string }]
      return event.uri
    },
    close: async () => {
      await client.close()
      await close()
    }
  }
}
