/**
 * MCP_SERVER_CONFIG: servers that start a command or answer HTTP. What would need a variable that Codex does not fill in stays out.
 */
import { byBytes } from '../../byte-order.ts'
import type { JsonObject } from '../../json.ts'
import {
  compact,
  isSettings,
  scalarText,
  scalarTexts,
  settingAt,
  settingsAt,
  type LeftOutPart,
  type Setting,
  type SettingsObject
} from './settings.ts'

/** Servers by name, as the other agent spells them. */
export type ServerSettings = ReadonlyMap<string, Setting>

/** Adds the servers that a file or a project names; those that are there already go first with `keep`. */
export const withServers = (
  known: ServerSettings,
  from: Setting | undefined,
  keep = false
): ServerSettings => {
  const named = Object.entries(settingsAt(from, 'mcpServers')).map(
    ([name, server]) => [name, server ?? null] as const
  )
  return new Map(keep ? [...named, ...known] : [...known, ...named])
}

interface McpImport {
  /** Tables of `mcp_servers`, by name. */
  readonly servers: JsonObject
  readonly leftOut: ReadonlyArray<LeftOutPart>
}

/** Why a server is left out. */
class Unsaid {
  readonly why: string
  constructor(why: string) {
    this.why = why
  }
}

const PLACEHOLDER = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-[^]*)?\}$/

const isPlaced = (text: string): boolean => text.includes('${')

/** The variable that a text consists of. */
const variableIn = (text: string): string | null => PLACEHOLDER.exec(text)?.[1] ?? null

const textOf = (value: Setting | undefined): string => scalarText(value) ?? compact(value)

const table = (name: string, rows: ReadonlyArray<readonly [string, string]>): JsonObject =>
  rows.length === 0 ? {} : { [name]: Object.fromEntries(rows) }

const environment = (env: SettingsObject): JsonObject | Unsaid => {
  const texts = Object.entries(env).map(([name, value]) => [name, textOf(value)] as const)
  const isPassed = ([name, text]: readonly [string, string]): boolean => variableIn(text) === name
  const own = texts.filter((row) => !isPassed(row))
  const placed = own.find(([, text]) => isPlaced(text))
  if (placed !== undefined)
    return new Unsaid(`env.${placed[0]} is made of a variable of another name`)
  const passed = texts.filter(isPassed).map(([name]) => name)
  return { ...(passed.length === 0 ? {} : { env_vars: passed }), ...table('env', own) }
}

const headersOf = (headers: SettingsObject): JsonObject | Unsaid => {
  const plain: Array<readonly [string, string]> = []
  const fromEnvironment: Array<readonly [string, string]> = []
  let bearer: JsonObject = {}
  for (const [name, value] of Object.entries(headers)) {
    const text = textOf(value)
    const isBearer = name.toLowerCase() === 'authorization' && text.startsWith('Bearer ')
    const token = isBearer ? variableIn(text.slice('Bearer '.length)) : null
    const variable = variableIn(text)
    if (token !== null) bearer = { bearer_token_env_var: token }
    else if (variable !== null) fromEnvironment.push([name, variable])
    else if (isPlaced(text)) return new Unsaid(`the header ${name} is made of a variable and more`)
    else plain.push([name, text])
  }
  return {
    ...bearer,
    ...table('http_headers', plain),
    ...table('env_http_headers', fromEnvironment)
  }
}

const stdioServer = (server: SettingsObject, command: string): JsonObject | Unsaid => {
  const type = settingAt(server, 'type')
  if (typeof type === 'string' && type !== 'stdio')
    return new Unsaid(`a command with the type ${JSON.stringify(type)}`)
  const args = scalarTexts(settingAt(server, 'args'))
  if ([command, ...args].some(isPlaced)) return new Unsaid('its command line holds a variable')
  const env = settingAt(server, 'env')
  const more = isSettings(env) ? environment(env) : {}
  if (more instanceof Unsaid) return more
  return { command, ...(args.length === 0 ? {} : { args: [...args] }), ...more }
}

const httpServer = (server: SettingsObject, url: string): JsonObject | Unsaid => {
  const type = settingAt(server, 'type')
  if (typeof type === 'string' && type !== 'http' && type !== 'streamable_http')
    return new Unsaid(`Codex does not speak the transport ${JSON.stringify(type)}`)
  if (isPlaced(url)) return new Unsaid('its address holds a variable')
  const headers = settingAt(server, 'headers')
  const more = isSettings(headers) ? headersOf(headers) : {}
  return more instanceof Unsaid ? more : { url, ...more }
}

const serverOf = (server: Setting): JsonObject | Unsaid => {
  if (!isSettings(server)) return new Unsaid('it is no object')
  const command = scalarText(settingAt(server, 'command'))
  if (command !== null) return stdioServer(server, command)
  const url = scalarText(settingAt(server, 'url'))
  return url === null
    ? new Unsaid('it has neither a command nor an address')
    : httpServer(server, url)
}

const switchedOff = (
  name: string,
  server: Setting,
  settings: Setting | undefined
): string | null => {
  const enabled = scalarTexts(settingAt(settings, 'enabledMcpjsonServers'))
  if (settingAt(server, 'enabled') === false || settingAt(server, 'disabled') === true)
    return 'it is switched off'
  if (enabled.length > 0 && !enabled.includes(name)) return 'enabledMcpjsonServers does not name it'
  return scalarTexts(settingAt(settings, 'disabledMcpjsonServers')).includes(name)
    ? 'disabledMcpjsonServers names it'
    : null
}

/** Servers as Codex spells them, by the settings that switch them on and off. */
export const mcpServersOf = (servers: ServerSettings, settings: Setting | undefined): McpImport => {
  const leftOut: Array<LeftOutPart> = []
  const tables: Array<readonly [string, JsonObject]> = []
  for (const [name, server] of [...servers].sort(([a], [b]) => byBytes(a, b))) {
    const off = isSettings(server) ? switchedOff(name, server, settings) : null
    const made = off === null ? serverOf(server) : new Unsaid(off)
    if (made instanceof Unsaid) leftOut.push({ what: name, why: made.why })
    else tables.push([name, made])
  }
  return { servers: Object.fromEntries(tables), leftOut }
}
