/**
 * unroll pick: a thread chosen from a list on the whole terminal.
 */
import * as E from 'fp-ts/lib/Either.js'
import { spawn } from 'node:child_process'
import type { StoreError } from '../../../domain/errors.ts'
import type { Thread } from '../../../domain/protocol.ts'
import type { Engine } from '../../../replay/engine.ts'
import { flagOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { title } from '../naming/threads.ts'
import type { EngineCommand } from '../session.ts'
import {
  afterKey,
  choiceOf,
  screenOf,
  split,
  startPicker,
  withRows,
  type Choice,
  type Picker
} from '../terminal/picker.ts'
import { processTerminal, type OpenTerminal, type Terminal } from '../terminal/terminal.ts'
import { clockOf, type Clock } from '../text/clock.ts'
import { ownFailure, type CommandFailure } from '../text/report.ts'
import { painter } from '../text/style.ts'
import { turnText, usualView } from '../text/turn-text.ts'
import { harmless, msOf, oneLine, tsvField } from '../text/text.ts'
import { sourcesOf } from './threads/filters.ts'

const CANCELLED = 130
/** The engine gives at most this many at once. */
const PAGE = 100
const SHORT_ID = 13
/** Searches wait until nothing was typed for so long. */
const TYPED_MS = 200
const PREVIEW_TURNS = 3
const PREVIEW_LINES = 6
const DRAW_EVERY_MS = 50
const UNREADABLE = 'cannot be read'

/** What to choose from, and how. */
export interface PickRequest {
  readonly query?: string
  readonly search?: boolean
  readonly archived?: boolean
}

type Picked = E.Either<StoreError | CommandFailure, string | null>

const choice = (thread: Thread, clock: Clock, said = title(thread)): Choice =>
  choiceOf({
    ...{ id: thread.id, shortId: thread.id.slice(0, SHORT_ID), directory: thread.cwd },
    ...{ when: clock.lone(msOf(thread.updatedAt)), title: said, preview: thread.preview }
  })

interface PickSource {
  readonly clock: Clock
  readonly engine: Engine
  readonly input: Input
  readonly request: PickRequest
  readonly isOver: () => boolean
}

/** Hands out all threads page by page, newest event first. */
async function* threadPages({ engine, input, request, isOver }: PickSource) {
  let cursor: string | null = null
  for (;;) {
    const page = await engine.listThreads({
      ...{ sortKey: 'last_event_at', limit: PAGE, cursor, archived: request.archived ?? false },
      ...{ modelProviders: [], sourceKinds: sourcesOf(input) }
    })()
    yield page
    if (E.isLeft(page) || page.right.nextCursor === null || isOver()) return
    cursor = page.right.nextCursor
  }
}

const found = async (
  { engine, input, request, clock }: PickSource,
  query: string
): Promise<E.Either<StoreError, ReadonlyArray<Choice>>> => {
  const searchTerm = query.trim()
  if (searchTerm === '') return E.right([])
  const sourceKinds = sourcesOf(input)
  const archived = request.archived ?? false
  const page = await engine.searchThreads({ searchTerm, sourceKinds, archived, limit: PAGE })()
  if (E.isLeft(page)) return page
  return E.right(page.right.data.map(({ thread, snippet }) => choice(thread, clock, snippet)))
}

/** The last turns of a thread in a width, made harmless. */
const previewOf = async (
  engine: Engine,
  id: string,
  width: number,
  clock: Clock
): Promise<ReadonlyArray<string>> => {
  const page = await engine.listTurns(id, { itemsView: 'summary', limit: PREVIEW_TURNS })()
  if (E.isLeft(page)) return [UNREADABLE]
  const view = { ...usualView(width, false, clock), messageMax: PREVIEW_LINES }
  const places = await engine.turnPlaces(id, 0, 0)()
  if (E.isLeft(places)) return [UNREADABLE]
  return page.right.data.flatMap((turn, at) => {
    const facts = { ordinal: places.right.count - at, tokens: null }
    return turnText(turn, facts, view, (_, text) => text).split('\n')
  })
}

/** Previews that were asked for; one that is not there yet calls `later` when it is. */
const previewsOf = (engine: Engine, clock: Clock) => {
  const previews = new Map<string, ReadonlyArray<string>>()
  return (id: string, width: number, later: () => void): ReadonlyArray<string> => {
    const key = `${id} ${width}`
    const known = previews.get(key)
    if (known !== undefined || width === 0) return known ?? []
    previews.set(key, [])
    void previewOf(engine, id, width, clock)
      .catch(() => [UNREADABLE])
      .then((said) => {
        previews.set(key, said)
        later()
      })
    return []
  }
}

/** Loads all threads, newest event first; `take` gets those so far, and whether there are more. */
const loadAll = async (
  source: PickSource,
  take: (rows: ReadonlyArray<Choice>, hasMore: boolean) => void
): Promise<E.Either<StoreError, void>> => {
  const rows: Array<Choice> = []
  for await (const page of threadPages(source)) {
    if (E.isLeft(page)) return page
    if (source.isOver()) break
    rows.push(...page.right.data.map((thread) => choice(thread, source.clock)))
    take([...rows], page.right.nextCursor !== null)
    // Keys come before further pages.
    await new Promise((next) => setImmediate(next))
  }
  return E.right(undefined)
}

/** Runs the list until something is chosen. */
const choose = (source: PickSource, terminal: Terminal, io: Io): Promise<Picked> =>
  new Promise((resolve, reject) => {
    const { engine, input, request } = source
    const paint = painter(input, { ...io, outIsTty: true })
    const isSearch = request.search === true
    let picker: Picker = startPicker(request.query ?? '', !isSearch)
    let isDone = false
    let drawing: NodeJS.Timeout | null = null
    let typing: NodeJS.Timeout | undefined
    const previewed = previewsOf(engine, source.clock)

    const draw = (): void => {
      drawing = null
      if (isDone) return
      const size = terminal.size()
      const chosen = picker.matches[picker.at]
      const { preview } = split(picker, size)
      const said = chosen === undefined ? [] : previewed(chosen.id, preview, later)
      terminal.draw(screenOf(picker, size, said, paint))
    }
    const later = (): void => void (drawing ??= setTimeout(draw, DRAW_EVERY_MS))
    const leave = (): void => {
      isDone = true
      clearTimeout(typing)
      if (drawing !== null) clearTimeout(drawing)
      terminal.close()
    }
    const end = (picked: Picked): void => {
      if (!isDone) leave()
      resolve(picked)
    }
    const fail = (thrown: unknown): void => {
      leave()
      reject(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }

    const load = async (): Promise<void> => {
      const loaded = await loadAll({ ...source, isOver: () => isDone }, (rows, hasMore) => {
        const isFirst = picker.rows.length === 0
        picker = withRows(picker, rows, hasMore)
        if (isFirst) draw()
        else later()
      })
      if (E.isLeft(loaded)) end(loaded)
    }
    let asked = 0
    const search = async (): Promise<void> => {
      const mine = (asked += 1)
      const rows = await found(source, picker.query)
      if (isDone || mine !== asked) return
      if (E.isLeft(rows)) return end(rows)
      picker = withRows({ ...picker, at: 0 }, rows.right, false)
      draw()
    }

    terminal.onResize(draw)
    terminal.onKey((key) => {
      const next = afterKey(picker, key, terminal.size())
      if ('chosen' in next) return end(E.right(next.chosen?.id ?? null))
      if (isSearch && next.query !== picker.query) {
        clearTimeout(typing)
        typing = setTimeout(() => void search().catch(fail), TYPED_MS)
        picker = { ...next, isLoading: true }
      } else picker = next
      draw()
    })
    // Whoever ends the process waits for nothing here: the screen has to be left first.
    io.stop.addEventListener('abort', () => end(E.right(null)), { once: true })
    draw()
    void (isSearch ? search() : load()).catch(fail)
  })

/** Lets a program of the person choose: lines `id`, time, directory and title, of which it prints one. */
const chooseWith = async (program: string, source: PickSource, io: Io): Promise<Picked> => {
  const child = spawn(program, {
    shell: true,
    cwd: io.cwd,
    env: io.env,
    stdio: ['pipe', 'pipe', 'inherit']
  })
  let printed = ''
  const ended = new Promise<number>((resolve) => {
    child.on('error', () => resolve(127))
    child.on('close', (code) => resolve(code ?? CANCELLED))
  })
  child.stdout.on('data', (bytes: Buffer) => (printed += bytes.toString('utf8')))
  // A program that has its choice reads no further.
  let isOver = false
  child.stdin.on('error', () => (isOver = true))
  void ended.then(() => (isOver = true))
  io.stop.addEventListener('abort', () => void child.kill(), { once: true })
  const { request } = source
  const write = (choices: ReadonlyArray<Choice>): void => {
    if (isOver) return
    const text = choices.map((one) =>
      [one.id, one.when, one.directory, oneLine(one.title)].map(tsvField).join('\t')
    )
    child.stdin.write(text.map((line) => `${line}\n`).join(''))
  }
  if (request.search === true) {
    const rows = await found(source, request.query ?? '')
    if (E.isLeft(rows)) return rows
    write(rows.right)
  } else
    for await (const page of threadPages({ ...source, isOver: () => isOver })) {
      if (E.isLeft(page)) return page
      write(page.right.data.map((thread) => choice(thread, source.clock)))
    }
  child.stdin.end()
  const code = await ended
  const [id = ''] = printed.trim().split(/\s/)
  if (code === 127) {
    const message = `the picker ${harmless(program)} cannot be run`
    return E.left(ownFailure('usage', message, 'correct or unset $UNROLL_PICKER'))
  }
  return E.right(code === 0 && id !== '' ? id : null)
}

/** Lets a person choose a thread; null when nothing was chosen. For commands that lack a thread on a terminal. */
export const pickThread = async (
  engine: Engine,
  input: Input,
  io: Io,
  request: PickRequest = {},
  open: OpenTerminal = processTerminal
): Promise<Picked> => {
  const source: PickSource = {
    ...{ engine, input, request, isOver: () => io.stop.aborted },
    clock: clockOf(input, io)
  }
  const program = io.env['UNROLL_PICKER'] ?? ''
  if (program !== '') return chooseWith(program, source, io)
  const terminal = io.env['TERM'] === 'dumb' ? null : open()
  if (terminal === null) {
    const message = 'a list to choose from needs a terminal'
    return E.left(ownFailure('usage', message, 'name the thread, or find it with "unroll threads"'))
  }
  return choose(source, terminal, io)
}

export const pickCommand: EngineCommand = async (input, io, engine) => {
  const [query = ''] = input.args
  const request = { query, search: flagOf(input, 'search'), archived: flagOf(input, 'archived') }
  const picked = await pickThread(engine, input, io, request)
  if (E.isLeft(picked)) return picked
  if (picked.right === null) return CANCELLED
  await io.out(`${harmless(picked.right)}\n`)
  return 0
}
