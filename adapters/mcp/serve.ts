/**
 * `unroll mcp`: one client on stdin and stdout, until it goes. The home is opened with the first question, so that `initialize` does not
 * wait for it.
 */
import { fileURLToPath } from 'node:url'
import { once } from '../../domain/once.ts'
import type { Zone } from '../../domain/time/zone.ts'
import { openAll, type EngineOptions, type OpenedEngine } from '../open.ts'
import { got, type History } from './history.ts'
import { redaction } from '../../domain/redact/texts.ts'
import { StdioServerTransport, type McpServer, type Transport } from './sdk.ts'
import { createServer } from './server.ts'

export interface McpOptions {
  readonly home: string
  readonly store?: string
  readonly index?: string
  /** Where the client works, unless it tells its roots. */
  readonly cwd: string
  readonly writable: boolean
  readonly redact: boolean
  readonly maxChars: number
  readonly zone: Zone
  readonly nowMs: () => number
  readonly version: string
  readonly engine: Omit<EngineOptions, 'home' | 'store' | 'index'>
  /** Aborted when the server should end. */
  readonly stop: AbortSignal
}

const ROOTS_MS_MAX = 1000

/** The directories a client names as its roots; where it has none, the one it was started in. */
const directoriesOf = (server: McpServer, cwd: string) => {
  const ask = once(async (): Promise<ReadonlyArray<string>> => {
    if (server.server.getClientCapabilities()?.roots === undefined) return [cwd]
    try {
      const { roots } = await server.server.listRoots(undefined, { timeout: ROOTS_MS_MAX })
      const paths = roots.flatMap(({ uri }) =>
        uri.startsWith('file:') ? [fileURLToPath(uri)] : []
      )
      return paths.length === 0 ? [cwd] : paths
    } catch {
      return [cwd]
    }
  })
  return () => ask()
}

export interface OpenMcp {
  readonly history: History
  readonly server: McpServer
  readonly close: () => Promise<void>
}

/** The server over a home, not connected to anybody yet. */
export const openMcp = (options: McpOptions): OpenMcp => {
  const { home, store, index, redact } = options
  const places = {
    home,
    ...(store === undefined ? {} : { store }),
    ...(index === undefined ? {} : { index })
  }
  let opened: Promise<OpenedEngine> | null = null
  const all = (): Promise<OpenedEngine> => {
    opened ??= openAll({ ...options.engine, ...places }).then(got)
    // What kept it from opening may be over when it is asked for again.
    opened.catch(() => (opened = null))
    return opened
  }
  let directories: History['directories'] = () => Promise.resolve([options.cwd])
  const history: History = {
    engine: async () => (await all()).engine,
    engineAt: async (point) => (await all()).at(point),
    home: store === undefined ? home : null,
    ...(index === undefined ? {} : { index }),
    directories: () => directories(),
    redact: redact ? redaction() : (text) => text,
    maxChars: options.maxChars,
    zone: options.zone,
    nowMs: options.nowMs
  }
  const { server, close } = createServer(history, options)
  directories = directoriesOf(server, options.cwd)
  return {
    history,
    server,
    close: async () => {
      await close()
      await opened?.then(
        ({ engine }) => engine.close(),
        () => undefined
      )
    }
  }
}

/** Serves until the client goes or the process is told to stop. */
export const serveMcp = async (
  options: McpOptions,
  transport: Transport = new StdioServerTransport()
): Promise<void> => {
  const { server, close } = openMcp(options)
  const gone = new Promise<void>((resolve) => {
    server.server.onclose = resolve
    options.stop.addEventListener('abort', () => resolve(), { once: true })
  })
  await server.connect(transport)
  await gone
  await close()
}
