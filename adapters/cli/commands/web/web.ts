/**
 * unroll web: serves the page of a home and opens it.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import type { PastPoint } from '../../../../replay/past/time-travel/past.ts'
import type { OpenPage } from '../../../rpc/app-server.ts'
import { PAGE_OPTIONS } from '../../../rpc/web/web.ts'
import { flagOf, listOf, numberOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { asked } from '../../naming/threads.ts'
import { threadNamed } from '../../naming/thread-name.ts'
import { pathOf, pricesPath, threadIn } from '../../options.ts'
import {
  answers,
  missingHome,
  type CommandEnd,
  type CommandPlace,
  type HomeCommand,
  type OpenEngine
} from '../../session.ts'
import { keyReader } from '../../terminal/keys.ts'
import { usage, warn } from '../../text/report.ts'
import { hasScreen, openBrowser } from './browser.ts'
import { isOrigin } from './origin.ts'
import { redactIn } from './redact.ts'
import { pageAt } from './running.ts'

const PORT = 7411
const HOST = '127.0.0.1'

const pointWords = (at: PastPoint): string => {
  if ('timeMs' in at) return `time:${at.timeMs}`
  return 'turn' in at ? `turn:${at.turn}` : `rev:${at.revision}`
}

const portTaken = (port: number): StoreError => ({
  _tag: 'NotPossible',
  reason: `port ${port} is in use by another program`,
  next: 'try --port 0 (any free port)'
})

/** What was asked for and the page that runs was not started with. */
const lacking = (input: Input, options: ReadonlyArray<string>): ReadonlyArray<string> =>
  PAGE_OPTIONS.filter((name) => flagOf(input, name) && !options.includes(name))

const runsWithout = (port: number, options: ReadonlyArray<string>): StoreError => ({
  _tag: 'NotPossible',
  reason: `the page at port ${port} was started without ${options.map((name) => `--${name}`).join(' and ')}`,
  next: 'end it first, or try --port 0 (any free port)'
})

/** Where in the page to begin. */
const pathFor = (threadId: string | null, at: PastPoint | undefined): string => {
  const page = threadId === null ? '/' : `/t/${threadId}`
  return at === undefined ? page : `${page}?at=${encodeURIComponent(pointWords(at))}`
}

/** Calls by the key until the command ends; nothing where nobody types. */
const onKeys = (io: Io, keys: Readonly<Record<string, () => void>>): (() => void) => {
  if (!io.inIsTty) return () => undefined
  const reader = keyReader()
  const take = (bytes: Buffer): void =>
    reader.take(bytes, (key) => {
      if (key.name === 'interrupt') keys['q']?.()
      if (key.name === 'text') for (const letter of key.text) keys[letter]?.()
    })
  process.stdin.setRawMode(true).on('data', take)
  return () => {
    process.stdin.off('data', take).setRawMode(false).pause()
    reader.close()
  }
}

/** What the person reads, and the keys they have; gives what ends the keys. */
const attend = (
  input: Input,
  io: Io,
  { home, store }: CommandPlace,
  { origin, newAddress }: Omit<OpenPage, 'newAddress'> & { readonly newAddress: () => string },
  quit: () => void
): (() => void) => {
  const opens = !flagOf(input, 'no-open') && hasScreen(io.env)
  const open = (): void => {
    void openBrowser(newAddress()).then((done) => {
      if (!done) warn(`no browser could be opened; go to ${newAddress()}`, io)
    })
  }
  const lines = [
    `unroll web  ${store ?? home}`,
    `  ${opens ? `${origin}/` : newAddress()}`,
    ...(io.inIsTty ? ['  press o to open, u for a new address, q to quit'] : []),
    flagOf(input, 'writable')
      ? '  the page may rename, archive, fork and undo'
      : '  read only; start with --writable to rename, archive, fork and undo from the page'
  ]
  void io.out(`${lines.join('\n')}\n`)
  if (opens) open()
  return onKeys(io, { o: open, u: () => void io.out(`  ${newAddress()}\n`), q: quit })
}

/** Opens the page that runs already. */
const reuse = async (input: Input, io: Io, address: string): Promise<number> => {
  const opened = !flagOf(input, 'no-open') && hasScreen(io.env) && (await openBrowser(address))
  await io.out(`unroll web: the page is served already${opened ? '' : ` at ${address}`}\n`)
  return 0
}

const threadOf = async (
  input: Input,
  io: Io,
  place: CommandPlace,
  open: OpenEngine
): Promise<E.Either<CommandEnd, string | null>> => {
  const text = threadIn(input)
  return text === undefined
    ? E.right(null)
    : asked<string>(input, io, place, open, (engine) => threadNamed(engine, text))
}

/** Serves until a signal or the key q. */
const serve = async (
  input: Input,
  io: Io,
  place: CommandPlace,
  port: number,
  path: string
): Promise<CommandEnd> => {
  const { runAppServer } = await import('../../../rpc/app-server.ts')
  const pricesFile = pricesPath(input, io)
  const prices =
    pricesFile === undefined
      ? E.right(null)
      : await (await import('../usage/cost.ts')).readPrices(pricesFile)
  if (E.isLeft(prices)) return prices
  const stop = new AbortController()
  const tokenFile = pathOf(input, io, 'token-file')
  let leave = (): void => undefined
  const code = await runAppServer({
    ...place,
    ...answers(input),
    version: io.version,
    // Whoever reads leaves nothing in the home.
    startup: 'none',
    listen: { kind: 'websocket', host: HOST, port },
    stop: stop.signal,
    ...(prices.right === null ? {} : { prices: prices.right }),
    web: {
      alone: true,
      writable: flagOf(input, 'writable'),
      localImages: flagOf(input, 'local-images'),
      ...redactIn(input),
      publicOrigins: listOf(input, 'public-origin'),
      ...(tokenFile === undefined ? {} : { tokenFile }),
      onOpen: (page) => {
        const newAddress = () => page.newAddress(path)
        leave = attend(input, io, place, { ...page, newAddress }, () => stop.abort())
      }
    }
  })
  leave()
  return code
}

export const webCommand: HomeCommand = async (input, io, place, open) => {
  const missing = missingHome(place)
  if (missing !== null) return E.left(missing)
  for (const origin of listOf(input, 'public-origin'))
    if (!isOrigin(origin))
      return E.left(usage(`--public-origin needs scheme and host, not ${origin}`, 'https://host'))
  const port = numberOf(input, 'port') ?? PORT
  const thread = await threadOf(input, io, place, open)
  if (E.isLeft(thread)) return thread.left
  const path = pathFor(thread.right, place.at)
  const there = port === 0 ? null : await pageAt(place, port, io.version)
  const without = there?.kind === 'page' ? lacking(input, there.options) : []
  if (without.length > 0) return E.left(runsWithout(port, without))
  if (there?.kind === 'page') return reuse(input, io, await there.newAddress(path))
  if (there?.kind === 'other') return E.left(portTaken(port))
  return serve(input, io, place, port, path)
}
