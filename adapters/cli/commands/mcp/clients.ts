/**
 * Where the clients of MCP keep their servers, and how an entry is written there.
 */
import { isJsonObject, type Json, type JsonObject } from '../../../../domain/json.ts'
import { parsedConfig } from '../../../home/config.ts'
import { withAdded } from '../../../home/config-text.ts'

/** How a client starts the server. */
export interface ServerCommand {
  readonly command: string
  readonly args: ReadonlyArray<string>
}

export const MCP_CLIENTS = ['codex', 'claude', 'cursor', 'vscode'] as const
export type McpClient = (typeof MCP_CLIENTS)[number]

const NAME = 'unroll'

/** The text of a file with the entry in it; `other`: it has another one; null: it cannot be edited without changing more. */
type WithEntry = (text: string, server: ServerCommand) => { readonly text: string } | 'other' | null

interface ClientFile {
  /** From the folder that holds it. */
  readonly path: ReadonlyArray<string>
  readonly in: 'codex-home' | 'user' | 'directory'
  readonly withEntry: WithEntry
  /** What else does the same; null for nothing. */
  readonly instead: string | null
}

const entryText = (value: Json): string => JSON.stringify(value)

const inToml: WithEntry = (text, { command, args }) => {
  const config = parsedConfig(text)
  if (config === null) return null
  const servers = config['mcp_servers']
  const old = isJsonObject(servers) ? servers[NAME] : undefined
  const entry = { command, args: [...args] }
  if (old !== undefined) return entryText(old) === entryText(entry) ? { text } : 'other'
  const added = withAdded(text, { mcp_servers: { [NAME]: entry } })
  return added === null ? null : { text: added }
}

const parsedJson = (text: string): JsonObject | null => {
  try {
    const value: unknown = JSON.parse(text.trim() === '' ? '{}' : text)
    return isJsonObject(value) ? value : null
  } catch {
    return null
  }
}

/** What a file is indented with; two spaces where it does not say. */
const indentOf = (text: string): string => /^([ \t]+)"/m.exec(text)?.[1] ?? '  '

const inJson =
  (member: string, more: JsonObject = {}): WithEntry =>
  (text, { command, args }) => {
    const config = parsedJson(text)
    if (config === null) return null
    const servers = config[member] ?? {}
    if (!isJsonObject(servers)) return null
    const old = servers[NAME]
    const entry = { ...more, command, args: [...args] }
    if (old !== undefined) return entryText(old) === entryText(entry) ? { text } : 'other'
    const added = { ...config, [member]: { ...servers, [NAME]: entry } }
    return { text: `${JSON.stringify(added, null, indentOf(text))}\n` }
  }

export const CLIENT_FILES: Readonly<Record<McpClient, ClientFile>> = {
  codex: {
    path: ['config.toml'],
    in: 'codex-home',
    withEntry: inToml,
    instead: 'codex mcp add unroll --'
  },
  claude: {
    path: ['.mcp.json'],
    in: 'directory',
    withEntry: inJson('mcpServers', { type: 'stdio' }),
    instead: 'claude mcp add --scope user unroll --'
  },
  cursor: {
    path: ['.cursor', 'mcp.json'],
    in: 'user',
    withEntry: inJson('mcpServers'),
    instead: null
  },
  vscode: {
    path: ['.vscode', 'mcp.json'],
    in: 'directory',
    withEntry: inJson('servers', { type: 'stdio' }),
    instead: null
  }
}

/** The lines that a new file would have. */
export const linesFor = (client: McpClient, server: ServerCommand): string => {
  const added = CLIENT_FILES[client].withEntry('', server)
  if (added === null || added === 'other') throw new Error(`no entry for ${client}`)
  const { text } = added
  return text.endsWith('\n') ? text : `${text}\n`
}

/** Lines of one text that the other does not have, as a difference shows them; the edits here only add. */
export const lineChanges = (before: string, after: string): ReadonlyArray<string> => {
  const [old, now] = [before, after].map((text) => text.split('\n').filter((line) => line !== ''))
  if (old === undefined || now === undefined) return []
  let same = 0
  while (same < old.length && old[same] === now[same]) same += 1
  let end = 0
  while (end < old.length - same && old.at(-1 - end) === now.at(-1 - end)) end += 1
  return [
    ...old.slice(same, old.length - end).map((line) => `-${line}`),
    ...now.slice(same, now.length - end).map((line) => `+${line}`)
  ]
}
