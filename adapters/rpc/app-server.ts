/**
 * The app-server over stdio: Codex's JSON-RPC v2 for one home, without a model.
 *
 * The index opens while the client is still saying hello; `initialize` does not wait for it.
 */
import { resolve } from 'node:path'
import type { ProfileName } from '../../domain/profile.ts'
import type { Engine } from '../../replay/engine.ts'
import { createLive } from './threads/live.ts'
import type { Server } from './method.ts'
import { serveStdio } from './transports/stdio.ts'
import type { TurnHost } from './turn-host.ts'

/** How the server is started. */
export interface AppServerOptions {
  /** Path of `$CODEX_HOME`. */
  readonly home: string
  /** Directory of the index, or `memory`. */
  readonly index?: string
  readonly profile: ProfileName
  readonly strict: boolean
  /** Also show what the log holds and Codex of its time hides. */
  readonly rich?: boolean
  /** Version of this package, for the user agent. */
  readonly version: string
  /** Runs turns; without it they are refused. */
  readonly turns?: TurnHost
}

const openOnce = async (options: AppServerOptions): Promise<Engine> => {
  const { openEngine } = await import('../library.ts')
  const { home, profile, strict, rich = false, index } = options
  return openEngine({ home, profile, strict, rich, ...(index === undefined ? {} : { index }) })
}

/**
 * Serves stdin and stdout until stdin ends or the process is told to stop (SIGTERM, SIGINT); answers what is
 * running, then resolves with the exit code. Stderr is for people.
 */
export const runAppServer = async (options: AppServerOptions): Promise<number> => {
  const engine = openOnce(options)
  const closed = engine.then(
    ({ close }) => close,
    () => () => Promise.resolve()
  )
  const stop = new AbortController()
  const signalled = (): void => stop.abort()
  process.once('SIGTERM', signalled).once('SIGINT', signalled)
  const server: Server = {
    home: resolve(options.home),
    profile: options.profile,
    strict: options.strict,
    version: options.version,
    engine,
    live: createLive(),
    ...(options.turns === undefined ? {} : { turns: options.turns }),
    log: (line) => void process.stderr.write(`unroll app-server: ${line}\n`)
  }
  await serveStdio(server, process.stdin, process.stdout, stop.signal)
  process.off('SIGTERM', signalled).off('SIGINT', signalled)
  process.stdin.destroy()
  await (
    await closed
  )()
  return 0
}
