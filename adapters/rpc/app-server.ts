/**
 * The app-server: Codex's JSON-RPC v2 for one home, without a model.
 *
 * One engine, one server, one transport. `initialize` does not wait for the engine to open.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import { describe } from '../../domain/errors.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Prices } from '../../domain/ledgers/usage/prices.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { thrown } from '../../replay/guarded.ts'
import type { Telemetry } from '../../replay/telemetry.ts'
import type { AnalyticsOutlet } from '../upkeep/analytics/sender.ts'
import { isHoldLeftBehind } from '../home/hold.ts'
import { installationId } from '../home/installation-id.ts'
import { configInForce, providerIn } from '../home/config.ts'
import { absoluteDirectory } from '../home/places.ts'
import type { OpenedEngine } from '../open.ts'
import { tell } from '../home/stderr.ts'
import { createMeter } from '../telemetry/meter.ts'
import { metricsPages, startExport } from '../telemetry/process.ts'
import type { ServerAnalytics } from './analytics/observer.ts'
import { serveStore } from './follow/elsewhere.ts'
import { createFollow } from './follow/follow.ts'
import { systemWatch } from '../home/file-watch.ts'
import { indexDirectory } from '../index-directory.ts'
import { addressOf } from '../log/eventstore/connection/connection-string.ts'
import { remoteWatch } from './follow/remote-watch.ts'
import { onDemand, openingOf, type Startup } from './threads/opening.ts'
import { createLive, type Live } from './threads/live.ts'
import {
  NO_RECORDER,
  openQuestionRecorder,
  type QuestionRecorder
} from './threads/question-recorder.ts'
import { createPastEngines } from './threads/past-engines.ts'
import type { Server } from './threads/server.ts'
import { reasonOf } from './wire/errors.ts'
import { grantedPowers, type Power } from './wire/powers.ts'
import type { TurnHost } from './threads/turn-host.ts'
import type { CodexTurns } from './turns/relay.ts'
import type { Auth, AuthOptions } from './transports/auth.ts'
import type { Routes } from './transports/http.ts'
import type { Listen, Transport } from './transports/listen.ts'
import type { MetricsListener } from './transports/metrics.ts'
import { serveStdio } from './transports/stdio.ts'
import type { ServedPage, WebOptions } from './web/web.ts'

export { parseListen, type Listen } from './transports/listen.ts'
export type { AuthOptions } from './transports/auth.ts'
export type { OpenPage, WebOptions } from './web/web.ts'
export { pricesOf, type Prices } from '../../domain/ledgers/usage/prices.ts'
export type { Power } from './wire/powers.ts'
export type { CodexTurns, Preload } from './turns/relay.ts'
export type { RouteFamily } from './turns/routes.ts'
export type { Startup } from './threads/opening.ts'
export type { HostedTurn, TurnEnd, TurnHost } from './threads/turn-host.ts'
export type { AnalyticsOutlet, Post } from '../upkeep/analytics/sender.ts'
export type { Fact } from '../../domain/ledgers/analytics/fact.ts'

export interface AppServerOptions {
  /** Path of `$CODEX_HOME`. */
  readonly home: string
  /** Connection string of the store that holds the threads; absent where the files of the home do. */
  readonly store?: string
  /** Directory of the index, or `memory`. */
  readonly index?: string
  /** Values that go before those of `config.toml`, by their place: `features.goals`. */
  readonly overrides?: JsonObject
  readonly profile: ProfileName
  readonly strict: boolean
  /** Also show what the log holds and Codex of its time hides. */
  readonly rich?: boolean
  /** Version of this package, for the user agent. */
  readonly version: string
  /** Runs turns; without it they fail at once. */
  readonly turns?: TurnHost
  /** A Codex on the same home that runs turns; it is started with the first client. */
  readonly codex?: CodexTurns
  /**
   * What happens before anybody asks. `all`, the default: the index is opened, the id of the installation is read or made, and imports
   * that a killed process left are finished where the power `import` allows it. `none`: nothing of the home is read before a request
   * needs it, imports are finished by the next one, and clients get an id of this process.
   */
  readonly startup?: Startup
  /** True where somebody hands in the reviews that clients set up (`completeReview`); without that they fail at once. */
  readonly reviews?: boolean
  /** Where it listens; default: stdin and stdout. */
  readonly listen?: Listen
  /** Who may open a WebSocket over TCP; default: everyone on this machine. */
  readonly auth?: AuthOptions
  /**
   * What clients may reach beyond the home. Default: `import`, `skills` and `plugins` on stdio and on a socket file, where they are
   * the same user; nothing over TCP, where giving any needs `auth`.
   */
  readonly powers?: ReadonlyArray<Power>
  /** Where a page of numbers is shown besides; WebSocket servers show it where they listen. */
  readonly metricsListen?: Extract<Listen, { kind: 'websocket' }>
  /**
   * Where usage analytics of what clients do here go; without it only to the capture file that
   * `CODEX_ANALYTICS_EVENTS_CAPTURE_FILE` names, and without that nowhere. unroll itself never posts any.
   */
  readonly analytics?: AnalyticsOutlet
  /** What tokens cost, with which answers about usage have costs; absent: they have none. */
  readonly prices?: Prices
  /** Serves the page besides; only on `ws://`, and not in strict mode. */
  readonly web?: WebOptions
  /** Ends the server when it is aborted, as a signal to the process does. */
  readonly stop?: AbortSignal
}

/** How long running turns may take to be interrupted when the server ends. */
const TURN_END_MS_MAX = 10_000

/** Memory for pages that clients request again. */
const KEPT_BYTES_MAX = 8 * 1024 * 1024

/** When a server begins to fold what nobody asked for yet: its first clients come first. */
const BEHIND_MS = 1000

type ServerLog = (line: string) => void

/** Opens the engine. Rejects with the failure: the server keeps running, and answers requests for threads with it. */
const openEngine = async (
  options: AppServerOptions,
  telemetry: Telemetry,
  log: ServerLog
): Promise<OpenedEngine> => {
  // Opening blocks the process for a while: what had already come in is answered first.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  const { openAll } = await import('../open.ts')
  const { home, profile, strict, rich = false, index, store } = options
  const opened = await openAll({
    ...{ home, profile, strict, rich, telemetry },
    absolute: absoluteDirectory,
    keptBytesMax: KEPT_BYTES_MAX,
    indexApart: 'soon',
    follows: true,
    onUnusableIndex: (why) => log(`${describe(why)}; using an index in memory instead`),
    onSilentStore: (why) => log(`${describe(why)}; trying again for a while`),
    defaultProvider: providerIn(configInForce(options)),
    ...(index === undefined ? {} : { index }),
    ...(store === undefined ? {} : { store })
  })
  if (E.isLeft(opened)) throw thrown(opened.left)
  return opened.right
}

const stdio: Transport = {
  serve: async (server, stop) => {
    await serveStdio(server, process.stdin, process.stdout, stop)
    process.stdin.destroy()
  }
}

const authFor = async (auth: AuthOptions): Promise<E.Either<string, Auth>> => {
  const { authOf, authSettings } = await import('./transports/auth.ts')
  const settings = authSettings(auth)
  return E.isLeft(settings) ? settings : authOf(settings.right)
}

const openWebSocket = async (
  options: AppServerOptions,
  listen: Extract<Listen, { kind: 'websocket' }>,
  pages: Routes
): Promise<E.Either<string, Transport>> => {
  const { auth = {}, web } = options
  const page = web === undefined ? E.right(null) : await openPage(options, listen, web)
  if (E.isLeft(page)) return page
  const isAlone = web?.alone === true && Object.keys(auth).length === 0
  const own = isAlone ? page.right?.auth : undefined
  const allowed = own === undefined ? await authFor(auth) : E.right(own)
  if (E.isLeft(allowed)) return allowed
  const { HEALTH } = await import('./transports/http.ts')
  const { openTcp } = await import('./transports/tcp.ts')
  return openTcp(listen, {
    auth: allowed.right,
    routes: { ...HEALTH, ...pages },
    say: tell,
    ...(page.right === null ? {} : { page: page.right })
  })
}

const openPage = async (
  options: AppServerOptions,
  listen: Extract<Listen, { kind: 'websocket' }>,
  web: WebOptions
): Promise<E.Either<string, ServedPage>> =>
  options.strict
    ? E.left('the page needs methods that a strict server does not have')
    : (await import('./web/web.ts')).openPage(options, listen, web)

const openTransport = async (
  options: AppServerOptions,
  routes: Routes
): Promise<E.Either<string, Transport>> => {
  const { listen = { kind: 'stdio' }, auth = {}, home, web } = options
  if (listen.kind !== 'websocket' && web !== undefined)
    return E.left('the page needs `--listen ws://IP:PORT`')
  if (listen.kind !== 'websocket' && Object.keys(auth).length > 0) {
    const settings = (await import('./transports/auth.ts')).authSettings(auth)
    if (E.isLeft(settings)) return settings
  }
  switch (listen.kind) {
    case 'stdio':
      return E.right(stdio)
    case 'off':
      return E.left('no transport configured; use --listen or enable remote control')
    case 'websocket':
      return openWebSocket(options, listen, routes)
    case 'unix':
      return (await import('./transports/unix.ts')).openUnix(listen, {
        home: resolve(home),
        routes
      })
  }
}

const openMetricsPage = async (
  { metricsListen }: AppServerOptions,
  pages: Routes,
  log: ServerLog
): Promise<E.Either<string, Pick<MetricsListener, 'close'>>> =>
  metricsListen === undefined
    ? E.right({ close: () => Promise.resolve() })
    : (await import('./transports/metrics.ts')).openMetrics(metricsListen, pages, log)

/** Interrupts the turns that still run, and waits a little for their hosts. */
const endTurns = async (live: Live): Promise<void> => {
  const running = live.ids().flatMap((id) => live.find(id)?.turn ?? [])
  if (running.length === 0) return
  for (const { abort } of running) abort.abort()
  const enough = new Promise((wake) => setTimeout(wake, TURN_END_MS_MAX).unref())
  await Promise.race([Promise.all(running.map(({ ended }) => ended)), enough])
}

/** Where the index is, and how the store is called: its connection string without what is secret. */
const placeOf = (
  options: AppServerOptions,
  home: string
): Pick<Server, 'storeName' | 'indexDirectory'> => {
  const { store } = options
  const address = store === undefined ? null : addressOf(store)
  const directory = indexDirectory(home, options)
  return {
    ...(address === null || E.isLeft(address) ? {} : { storeName: address.right.name }),
    ...(E.isLeft(directory) ? {} : { indexDirectory: directory.right })
  }
}

/** The id of the home; of a home that has none and gets none or may not be looked at, and of a store, one for this process. */
const openInstallation = async (
  { home, store, startup }: AppServerOptions,
  log: ServerLog
): Promise<string> => {
  const own = () => globalThis.crypto.randomUUID()
  if (store !== undefined || startup === 'none') return own()
  const id = await installationId(home)
  if (E.isRight(id)) return id.right
  log(`no installation id is kept: ${id.left}; clients get one of this process`)
  return own()
}

/** Keeps what clients are asked in the home; a store has no place for it. */
const openRecorder = (
  parts: Parameters<typeof openQuestionRecorder>[0],
  { store }: AppServerOptions
): QuestionRecorder => (store === undefined ? openQuestionRecorder(parts) : NO_RECORDER)

/** The environment variable that makes Codex capture its analytics events. */
const CAPTURE_VARIABLE = 'CODEX_ANALYTICS_EVENTS_CAPTURE_FILE'

/** Analytics, when they lead somewhere; a capture file that is named suppresses posting, whoever names it. */
const openAnalyticsOnce = async (
  { analytics = {}, listen, profile }: AppServerOptions,
  live: Live,
  log: ServerLog,
  telemetry: Telemetry
): Promise<ServerAnalytics | null> => {
  const capturePath = analytics.capturePath ?? process.env[CAPTURE_VARIABLE] ?? ''
  if (capturePath === '' && analytics.post === undefined) return null
  const { openAnalytics } = await import('./analytics/observer.ts')
  const transport = listen === undefined || listen.kind === 'stdio' ? 'stdio' : 'websocket'
  const outlet = { ...analytics, capturePath }
  return openAnalytics({ outlet, live, profile, transport, nowMs: Date.now }, log, telemetry)
}

/** What a server knows of threads, opened when it starts or when a request first needs it. */
const openThreads = (
  options: AppServerOptions,
  powers: ReadonlyArray<Power>,
  telemetry: Telemetry,
  log: ServerLog
) => {
  const home = resolve(options.home)
  const { profile, strict, startup = 'all', store, overrides = {} } = options
  const opening = openingOf(() => openEngine(options, telemetry, log), startup)
  const { opened, onceBegun, isBegun } = opening
  const engine = onDemand(async () => (await opened).engine)
  const elsewhere = store === undefined ? null : serveStore(onceBegun, home, telemetry, log)
  const watch = elsewhere === null ? systemWatch(home) : remoteWatch(home, elsewhere.remote)
  const remote =
    elsewhere === null
      ? {}
      : { remote: onDemand(async () => (await Promise.all([elsewhere.remote, opened]))[0]) }
  const parts = {
    ...{ home, profile, strict, overrides, powers, engine, telemetry, log, ...remote },
    live: createLive()
  }
  const names = elsewhere === null ? {} : { remote: elsewhere.remote }
  return {
    parts: {
      ...parts,
      past: createPastEngines(async (point) => (await opened).at(point)),
      follow: createFollow({ ...parts, ...names, watch, opening })
    },
    foldBehind: () => engine.then(({ foldBehind }) => foldBehind()()),
    close: async (): Promise<void> => {
      if (!isBegun()) return
      await elsewhere?.close()
      const close = await engine.then(
        (open) => open.close,
        () => null
      )
      await close?.()
    }
  }
}

/** Makes the relay to a Codex that runs turns, if one was asked for; loaded before the server can be reached. */
const relayMaker = async ({ codex }: AppServerOptions) => {
  if (codex === undefined) return () => null
  const { createRelay } = await import('./turns/relay.ts')
  return (parts: Parameters<typeof createRelay>[0]) => createRelay(parts, codex)
}

/** Finishes what processes that were killed were importing; it is looked up only where one left its lock. */
const finishImports = async (server: Server): Promise<void> => {
  if (!isHoldLeftBehind(server.home, 'imports')) return
  try {
    const { finishOthers } = await import('./methods/external-agents-answers.ts')
    await finishOthers(server, 'app-server')
  } catch (cause) {
    server.log(`an import that was cut off is not finished: ${reasonOf(cause)}`)
  }
}

/** What a server does by itself when it starts; resolves at the end when nothing of it runs any more. */
const beginWork = (
  server: Server,
  { store }: AppServerOptions,
  foldBehind: () => Promise<unknown>
) => {
  const mayImport = store === undefined && (server.powers ?? []).includes('import')
  const finished = mayImport ? finishImports(server) : Promise.resolve()
  const behind = setTimeout(() => {
    void foldBehind().catch(() => undefined)
  }, BEHIND_MS).unref()
  return {
    end: (): Promise<void> => {
      clearTimeout(behind)
      return finished
    }
  }
}

/**
 * Serves until stdin ends, where that is the transport, or a signal stops the process (SIGTERM, SIGINT); answers what
 * is running, then resolves with the exit code: 1 when it could not listen, else 0. Stderr is for people.
 */
export const runAppServer = async (options: AppServerOptions): Promise<number> => {
  const log: ServerLog = (line) => tell(`unroll app-server: ${line}\n`)
  const meter = createMeter()
  const pages = metricsPages(meter)
  const { listen, auth, startup = 'all' } = options
  const isTcp = listen?.kind === 'websocket'
  const powers = grantedPowers(options.powers, { isTcp, hasAuth: auth?.mode !== undefined })
  if (E.isLeft(powers)) {
    log(powers.left)
    return 1
  }
  const newRelay = await relayMaker(options)
  const page = await openMetricsPage(options, pages, log)
  const transport = E.isLeft(page) ? page : await openTransport(options, pages)
  if (E.isLeft(transport)) {
    log(transport.left)
    return 1
  }
  const stopExport = startExport(meter, process.env, options.version, log)
  const stop = new AbortController()
  const signalled = (): void => stop.abort()
  process.once('SIGTERM', signalled).once('SIGINT', signalled)
  options.stop?.addEventListener('abort', signalled, { once: true })
  const threads = openThreads(options, powers.right, meter, log)
  const { live } = threads.parts
  const analytics = await openAnalyticsOnce(options, live, log, meter)
  const recorder = openRecorder(threads.parts, options)
  const relay = newRelay(threads.parts)
  const server: Server = {
    installationId: await openInstallation(options, log),
    ...(analytics === null ? {} : { analytics: analytics.observer }),
    ...placeOf(options, threads.parts.home),
    ...(relay === null ? {} : { relay }),
    ...threads.parts,
    version: options.version,
    recorder,
    ...(options.prices === undefined ? {} : { prices: options.prices }),
    reviews: options.reviews ?? false,
    ...(options.turns === undefined ? {} : { turns: options.turns })
  }
  const started = startup === 'none' ? null : beginWork(server, options, threads.foldBehind)
  await transport.right.serve(server, stop.signal)
  await relay?.close()
  await endTurns(live)
  process.off('SIGTERM', signalled).off('SIGINT', signalled)
  await started?.end()
  await threads.parts.follow.close()
  await threads.parts.past.close()
  await analytics?.close()
  await recorder.close()
  await threads.close()
  if (E.isRight(page)) await page.right.close()
  await stopExport()
  return 0
}
