/**
 * Homes of threads that continue each other, what is damaged in them, and what then must still be shown. Nothing here
 * uses the code under test: histories are known because they are made here, or read from undamaged recordings.
 */
import { readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { FIXTURES } from './fixture-home.ts'

/** What a line does to the turns of its thread. */
export type Fact =
  | { readonly op: 'start' | 'item'; readonly turn: string; readonly item: string }
  | { readonly op: 'end'; readonly turn: string; readonly status: string }

/** One line as it was written. */
export interface Line {
  readonly text: string
  readonly ordinal: number
  readonly fact: Fact | null
}

/** A rollout as it was written, and how much of which other one it continues. */
export interface File {
  readonly path: string
  readonly thread: string
  readonly segment: string
  readonly forkedFrom: string | null
  readonly base: { readonly file: File; readonly lines: number } | null
  /** Lines of this thread below this number are what a sub-agent was given. */
  readonly hiddenBelow: number
  readonly lines: Array<Line>
}

/** Numbers from 0 to 1, the same for the same seed. */
export type Random = () => number

/** A whole number below a bound. */
export const below = (random: Random, bound: number): number => Math.floor(random() * bound)

/** One of several; there must be one. */
export const oneOf = <A>(random: Random, all: ReadonlyArray<A>): A =>
  all[below(random, all.length)] as A

const bytesOf = (lines: ReadonlyArray<Line>): number =>
  lines.reduce((sum, { text }) => sum + Buffer.byteLength(text) + 1, 0)

interface Payload {
  readonly type?: string
  readonly turn_id?: string | null
  readonly item?: { readonly id: string }
  readonly error?: unknown
}

const factOf = (type: string, { type: kind, turn_id: turn, item, error }: Payload): Fact | null => {
  if (type !== 'event_msg' || typeof turn !== 'string') return null
  switch (kind) {
    case 'task_started':
      return { op: 'start', turn, item: '' }
    case 'task_complete':
      return { op: 'end', turn, status: error ? 'failed' : 'completed' }
    case 'turn_aborted':
      return { op: 'end', turn, status: 'interrupted' }
    case 'item_completed':
      return { op: 'item', turn, item: item?.id ?? '' }
    default:
      return null
  }
}

const lineOf = (text: string): Line => {
  const { ordinal, type, payload } = JSON.parse(text) as {
    readonly ordinal: number
    readonly type: string
    readonly payload: Payload
  }
  return { text, ordinal, fact: factOf(type, payload) }
}

interface Meta {
  readonly forked_from_id?: string
  readonly history_base?: { readonly thread_id: string; readonly end_ordinal_exclusive: number }
  readonly subagent_history_start_ordinal?: number
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/** The rollouts of a recorded home. Recordings had texts replaced, so the places of cuts are those of their numbers. */
export const recordedFiles = (name: string): ReadonlyArray<File> => {
  const home = join(FIXTURES, 'homes', name, 'home')
  const found = new Map<string, File>()
  const paths = (readdirSync(home, { recursive: true }) as Array<string>).filter((path) =>
    path.endsWith('.jsonl')
  )
  const read = (segment: string): File => {
    const known = found.get(segment)
    if (known !== undefined) return known
    const path = paths.find((one) => one.endsWith(`${segment}.jsonl`)) ?? ''
    const texts = readFileSync(join(home, path), 'utf8').split('\n').slice(0, -1)
    const meta = (JSON.parse(texts[0] ?? '') as { readonly payload: Meta }).payload
    const named = meta.history_base
    const file = named === undefined ? null : read(named.thread_id)
    const inherited = (file?.lines ?? []).filter(
      ({ ordinal }) => ordinal < (named?.end_ordinal_exclusive ?? 0)
    )
    const place = `"end_byte_offset":${String(bytesOf(inherited))}`
    texts[0] = (texts[0] ?? '').replace(/"end_byte_offset":\d+/, place)
    const folder = path.startsWith('archived') ? 'archived_sessions' : 'sessions'
    const made: File = {
      path: join(folder, basename(path)),
      thread: basename(path).match(UUID)?.[0] ?? '',
      segment,
      forkedFrom: meta.forked_from_id ?? null,
      base: file === null ? null : { file, lines: inherited.length },
      hiddenBelow: meta.subagent_history_start_ordinal ?? 0,
      lines: texts.map(lineOf)
    }
    found.set(segment, made)
    return made
  }
  for (const path of paths) {
    const ids = basename(path).match(UUID)
    if (ids !== null) read(ids[ids.length - 1] as string)
  }
  return [...found.values()]
}

/** A line of a history: which file holds it, and where. */
export interface Spot {
  readonly file: File
  readonly at: number
}

/** Every line of the history that ends with a file, oldest first. */
export const historyOf = (file: File, lines = file.lines.length): ReadonlyArray<Spot> => [
  ...(file.base === null ? [] : historyOf(file.base.file, file.base.lines)),
  ...Array.from({ length: lines }, (_, at) => ({ file, at }))
]

/** A turn as its lines describe it. */
export interface Expected {
  readonly id: string
  readonly spots: Array<Spot>
  readonly items: Array<string>
  status: string | null
  /** Place of the line that made it among all lines of the history; null when items are all it has. */
  madeAt: number | null
}

/** The turns of the history that ends with a file, in Codex's order; those a sub-agent was given are not its own. */
export const turnsIn = (head: File): ReadonlyArray<Expected> => {
  const turns = new Map<string, Expected>()
  historyOf(head).forEach((spot, place) => {
    const line = spot.file.lines[spot.at] as Line
    const { fact } = line
    if (fact === null) return
    if (spot.file.thread === head.thread && line.ordinal < head.hiddenBelow) return
    const known = turns.get(fact.turn)
    const turn = known ?? { id: fact.turn, spots: [], items: [], status: null, madeAt: null }
    turns.set(fact.turn, turn)
    turn.spots.push(spot)
    if (fact.op === 'item') {
      if (!turn.items.includes(fact.item)) turn.items.push(fact.item)
      return
    }
    // A turn that a later file ends stands there.
    const last = turn.spots[turn.spots.length - 2]
    if (fact.op === 'end' && turn.status === null && last?.file !== spot.file) turn.madeAt = place
    turn.madeAt ??= place
    if (fact.op === 'end') turn.status ??= fact.status
  })
  return [...turns.values()]
    .filter(({ madeAt }) => madeAt !== null)
    .sort((a, b) => (a.madeAt ?? 0) - (b.madeAt ?? 0))
}

const idAt = (time: number): string =>
  `01970000-${time.toString(16).padStart(4, '0')}-7000-8000-000000000000`
const AT = '2026-05-01T10:00:00.000Z'

const written = (ordinal: number, type: string, payload: unknown): Line =>
  lineOf(JSON.stringify({ timestamp: AT, ordinal, type, payload }))

/** The turn that began last in some lines of a history, when it did not end there. */
const openIn = (history: ReadonlyArray<Spot>): string | null => {
  let open: string | null = null
  for (const { file, at } of history) {
    const fact = file.lines[at]?.fact
    if (fact?.op === 'start') open = fact.turn
    if (fact?.op === 'end' && fact.turn === open) open = null
  }
  return open
}

/** Makes a home of a few threads: asked, reverted, forked, forked again, and reviewed where that is wanted. */
export const madeFiles = (random: Random, hasReviews = false): ReadonlyArray<File> => {
  const files: Array<File> = []
  const heads = new Map<string, File>()
  let time = 0
  let count = 0

  const next = (file: File): number => (file.lines[file.lines.length - 1]?.ordinal ?? -1) + 1
  const push = (file: File, type: string, payload: unknown): void =>
    void file.lines.push(written(next(file), type, payload))
  const item = (file: File, turn: string, type: string): void => {
    const text = 'word '.repeat(below(random, 12))
    const body =
      type === 'AgentMessage'
        ? { content: [{ type: 'Text', text }], phase: 'final_answer' }
        : type === 'UserMessage'
          ? { content: [{ type: 'text', text }] }
          : type === 'EnteredReviewMode'
            ? { target: { type: 'custom', instructions: text }, user_facing_hint: text }
            : { summary_text: [text] }
    push(file, 'event_msg', {
      ...{ type: 'item_completed', thread_id: file.thread, turn_id: turn },
      ...{ item: { type, id: `i${String(count++)}`, ...body }, completed_at_ms: 5 }
    })
  }
  /** The reviewer's own turn has no end, and the first line of the review comes before it. */
  const review = (file: File): void => {
    const turn = `t${String(count++)}`
    const inner = `t${String(count++)}`
    item(file, turn, 'EnteredReviewMode')
    if (below(random, 8) === 0) return
    push(file, 'event_msg', { type: 'task_started', turn_id: inner, started_at: 5 })
    for (let n = below(random, 3); n > 0; n--) item(file, inner, 'Reasoning')
    if (below(random, 8) === 0) return
    item(file, turn, 'AgentMessage')
    push(file, 'event_msg', { type: 'task_complete', turn_id: turn, completed_at: 6 })
  }
  const ask = (file: File): void => {
    if (hasReviews && random() < 0.5) return review(file)
    const turn = `t${String(count++)}`
    push(file, 'event_msg', { type: 'task_started', turn_id: turn, started_at: 5 })
    item(file, turn, 'UserMessage')
    for (let n = below(random, 3); n > 0; n--) {
      push(file, 'response_item', {
        type: 'function_call',
        name: 'n',
        arguments: '{}',
        call_id: 'c'
      })
      item(file, turn, 'Reasoning')
    }
    item(file, turn, 'AgentMessage')
    const end = below(random, 6)
    const ending = { turn_id: turn, started_at: 5, completed_at: 6 }
    if (end === 0)
      push(file, 'event_msg', { type: 'turn_aborted', reason: 'interrupted', ...ending })
    else if (end > 1) push(file, 'event_msg', { type: 'task_complete', ...ending })
    if (below(random, 5) === 0) item(file, turn, 'Reasoning')
  }
  const create = (parent: File | null, isFork: boolean): File => {
    const segment = idAt(++time)
    const thread = parent === null || isFork ? segment : parent.thread
    const isCut = (one: Spot): boolean => isEnd(one) || (hasReviews && isBeforeStart(one))
    const ends = parent === null ? [] : historyOf(parent).filter(isCut)
    const cut = ends.length === 0 ? null : oneOf(random, isFork ? ends : ends.slice(-3))
    const base = cut === null ? null : { file: cut.file, lines: cut.at + 1 }
    const name = `rollout-2026-05-01T10-${String(10 + Math.floor(time / 60))}-${String(time % 60).padStart(2, '0')}`
    const file: File = {
      path: `sessions/${name}-${thread}${segment === thread ? '' : `_${segment}`}.jsonl`,
      ...{ thread, segment, base, hiddenBelow: 0, lines: [] },
      forkedFrom: parent === null ? null : isFork ? parent.thread : parent.forkedFrom
    }
    const ordinal = base === null ? 0 : (base.file.lines[base.lines - 1]?.ordinal ?? 0) + 1
    const meta = {
      ...{ id: thread, timestamp: AT, cwd: '/w', originator: 'o', cli_version: '0.169.0' },
      ...{ source: 'cli', model_provider: 'mock', history_mode: 'paginated' },
      ...(file.forkedFrom === null ? {} : { forked_from_id: file.forkedFrom }),
      ...(base === null
        ? {}
        : {
            history_base: {
              thread_id: base.file.segment,
              end_ordinal_exclusive: ordinal,
              end_byte_offset: bytesOf(base.file.lines.slice(0, base.lines))
            }
          })
    }
    file.lines.push(written(ordinal, 'session_meta', meta))
    const open = base === null || !hasReviews ? null : openIn(historyOf(base.file, base.lines))
    if (open !== null)
      push(file, 'event_msg', { type: 'turn_aborted', turn_id: open, reason: 'interrupted' })
    files.push(file)
    heads.set(thread, file)
    return file
  }

  for (let n = 2 + below(random, 3), file = create(null, false); n > 0; n--) ask(file)
  for (let n = 3 + below(random, 5); n > 0; n--) {
    const head = oneOf(random, [...heads.values()])
    const file = random() < 0.15 ? head : create(random() < 0.1 ? null : head, random() < 0.5)
    for (let turns = below(random, 4); turns > 0; turns--) ask(file)
  }
  return files
}

const isEnd = ({ file, at }: Spot): boolean => file.lines[at]?.fact?.op === 'end'
const isBeforeStart = ({ file, at }: Spot): boolean => file.lines[at + 1]?.fact?.op === 'start'

/** A piece of a damaged file: a line as it was written, with its newline, or anything else. */
export interface Piece {
  readonly text: string
  /** Which line it is; null when it is no longer one. */
  readonly line: number | null
  /** Metadata that names another base than was written. */
  readonly lies?: boolean
}

/** A rollout after damage. */
export interface Damaged {
  readonly origin: File
  readonly path: string
  pieces: Array<Piece>
}

/** The files of a home, by path; an archived copy has the same origin as the live one. */
export type DamagedHome = Array<Damaged>

/** A home before any damage. */
export const untouched = (files: ReadonlyArray<File>): DamagedHome =>
  files.map((origin) => ({
    origin,
    path: origin.path,
    pieces: origin.lines.map(({ text }, line) => ({ text: `${text}\n`, line }))
  }))

/** The bytes of a damaged file as text. */
export const textOf = ({ pieces }: Damaged): string => pieces.map(({ text }) => text).join('')

/** Writes a damaged home; the folders are there. */
export const writeHome = (folder: string, home: DamagedHome): void =>
  home.forEach((file) => writeFileSync(join(folder, file.path), textOf(file)))

/** Deletes the files of a damaged home. */
export const clearHome = (folder: string, home: DamagedHome): void =>
  home.forEach(({ path }) => unlinkSync(join(folder, path)))

/** Damages a home in place; null when there is nothing to damage that way. */
type Mutation = (home: DamagedHome, random: Random) => string | null

const edit = (file: Damaged, at: number, ...pieces: ReadonlyArray<Piece>): void =>
  void file.pieces.splice(at, 1, ...pieces)

const junk = (text: string): Piece => ({ text, line: null })

/** A mutation of one line behind the metadata. */
const onLine =
  (change: (file: Damaged, at: number, text: string, random: Random) => void): Mutation =>
  (home, random) => {
    const file = oneOf(random, home)
    const at = 1 + below(random, file.pieces.length - 1)
    const piece = file.pieces[at]
    if (piece === undefined) return null
    change(file, at, piece.text, random)
    return `${file.origin.segment} line ${String(at)}`
  }

const NUMBER = /"ordinal":(\d+),/
const renumbered = (by: (ordinal: number, random: Random) => number): Mutation =>
  onLine((file, at, text, random) =>
    edit(
      file,
      at,
      junk(text.replace(NUMBER, (_, n: string) => `"ordinal":${String(by(Number(n), random))},`))
    )
  )

/** Metadata that names another base. */
const withBase = (file: Damaged, segment: string, ordinal: number, bytes: number): void => {
  const text = file.pieces[0]?.text ?? ''
  const base = JSON.stringify({
    thread_id: segment,
    end_ordinal_exclusive: ordinal,
    end_byte_offset: bytes
  })
  const changed = text.includes('"history_base"')
    ? text.replace(/"history_base":\{[^}]*\}/, `"history_base":${base}`)
    : text.replace(
        '"history_mode":"paginated"',
        `"history_mode":"paginated","history_base":${base}`
      )
  edit(file, 0, { text: changed, line: null, lies: true })
}

const isWhole = (file: Damaged): boolean => file.pieces[0]?.line === 0

const cutAt = (file: Damaged, bytes: number): void => {
  let left = bytes
  file.pieces = file.pieces.flatMap((piece) => {
    const text = piece.text.slice(0, Math.max(0, left))
    left -= piece.text.length
    if (text === '') return []
    return [text === piece.text ? piece : junk(text)]
  })
}

/** Every way a home is damaged, by name. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'dropped segment': (home, random) =>
    home.length < 2 ? null : (home.splice(below(random, home.length), 1)[0]?.path ?? null),
  'dropped line': onLine((file, at) => void file.pieces.splice(at, 1)),
  'copied line': onLine((file, at, text) => void file.pieces.splice(at + 1, 0, junk(text))),
  'duplicate ordinal': renumbered((n) => n - 1),
  'backward ordinal': renumbered((n, random) => below(random, n)),
  'forward ordinal': renumbered((n, random) => n + 1 + below(random, 999)),
  'missing ordinal': onLine((file, at, text) => edit(file, at, junk(text.replace(NUMBER, '')))),
  'glued lines': onLine((file, at, text) => {
    edit(file, at, junk(text.replace('\n', '')))
    const following = file.pieces[at + 1]
    if (following !== undefined) edit(file, at + 1, junk(following.text))
  }),
  'NUL run': onLine((file, at, text, random) => {
    const zeros = '\0'.repeat(1 + below(random, 200))
    if (random() < 0.5) file.pieces.splice(at, 0, junk(`${zeros}\n`))
    else
      edit(file, at, junk(`${zeros}${text.slice(zeros.length)}`.slice(0, text.length - 1) + '\n'))
  }),
  'unknown line type': onLine((file, at, text, random) => {
    const number = NUMBER.exec(text)?.[0] ?? ''
    const line = `{"timestamp":"${AT}",${number}"type":"mystery","payload":{"n":${String(random())}}}\n`
    file.pieces.splice(at, 0, junk(line))
  }),
  'torn meta': (home, random) => {
    const file = oneOf(random, home)
    if (!isWhole(file)) return null
    const text = file.pieces[0]?.text ?? ''
    const torn = text.slice(0, 1 + below(random, text.length - 2))
    const isGlued = random() < 0.3
    edit(file, 0, junk(isGlued ? torn : `${torn}\n`))
    const second = file.pieces[1]
    if (isGlued && second !== undefined) edit(file, 1, junk(second.text))
    return file.origin.segment
  },
  'torn last line': (home, random) => {
    const file = oneOf(random, home)
    const length = textOf(file).length
    cutAt(file, length - 1 - below(random, file.pieces[file.pieces.length - 1]?.text.length ?? 0))
    return file.origin.segment
  },
  'swapped base': (home, random) => {
    const file = oneOf(random, home)
    const { base } = file.origin
    const other = oneOf(random, home).origin
    if (base === null || !isWhole(file) || other === base.file || other === file.origin) return null
    const bytes = bytesOf(base.file.lines.slice(0, base.lines))
    const ordinal = (base.file.lines[base.lines - 1]?.ordinal ?? 0) + 1
    const inherited = other.lines.findIndex(
      (_, i) => bytesOf(other.lines.slice(0, i + 1)) === bytes
    )
    // Naming a segment with the same line there is a mistake that nobody could notice.
    if (inherited !== -1 && other.lines[inherited]?.ordinal === ordinal - 1) return null
    withBase(file, other.segment, ordinal, bytes)
    return `${file.origin.segment} names ${other.segment}`
  },
  'shrunk base': (home, random) => {
    const children = home.filter(({ origin }) => origin.base !== null)
    if (children.length === 0) return null
    const { base } = oneOf(random, children).origin
    const file = home.find(({ origin }) => origin === base?.file)
    if (file === undefined) return null
    cutAt(file, below(random, bytesOf(file.origin.lines.slice(0, base?.lines))))
    return file.origin.segment
  },
  'cycle of bases': (home, random) => {
    const head = oneOf(random, home)
    const origins = new Set(historyOf(head.origin).map(({ file }) => file))
    const file = oneOf(
      random,
      home.filter(({ origin }) => origins.has(origin))
    )
    if (!isWhole(file)) return null
    const last = head.origin.lines[head.origin.lines.length - 1]
    withBase(file, head.origin.segment, (last?.ordinal ?? 0) + 1, bytesOf(head.origin.lines))
    return `${file.origin.segment} names ${head.origin.segment}`
  },
  'empty file': (home, random) => {
    const file = oneOf(random, home)
    file.pieces = []
    return file.origin.segment
  },
  'copy in the archive': (home, random) => {
    const { origin, path, pieces } = oneOf(random, home)
    const copies = home.filter((file) => file.origin === origin)
    if (path.startsWith('archived') || copies.length > 1) return null
    home.push({ origin, path: `archived_sessions/${basename(path)}`, pieces: [...pieces] })
    return origin.segment
  }
}
