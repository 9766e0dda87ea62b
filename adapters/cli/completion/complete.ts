/**
 * unroll __complete WORD…: what may stand in place of the last word, a line each: the value, a tab, what it is called. It reads the
 * index as it is, newest first, folds nothing, makes no index, and says nothing when something is wrong.
 */
import * as E from 'fp-ts/lib/Either.js'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { eraOf, NEWEST_ERA } from '../../../domain/log/profile.ts'
import type { ThreadItem } from '../../../domain/protocol.ts'
import { tableOf, viewName } from '../../../projections/catalogue.ts'
import { storedRow, type StoredThread } from '../../../projections/thread-row.ts'
import { threads } from '../../../projections/threads.ts'
import { turns } from '../../../projections/turns.ts'
import type { Index } from '../../../replay/ports.ts'
import { homeNames } from '../../home/names.ts'
import { defaultHome } from '../../home/places.ts'
import { indexDirectory } from '../../index-directory.ts'
import type { Io } from '../io.ts'
import { shortIds } from '../naming/threads.ts'
import { readSettings, withSettings } from '../settings.ts'
import { oneLine } from '../text/text.ts'
import { typingOf, type Typing } from './meaning.ts'

const ROWS_MAX = 50
const NAME_MAX = 60

/** A value and what it is called. */
type Suggestion = readonly [value: string, name: string]

const VIEW = viewName(eraOf(NEWEST_ERA, false), false)

/** Ids of the threads in the index: those that are not archived first, each part newest first. */
const idsIn = (index: Index): ReadonlyArray<string> => {
  const table = `${tableOf(threads, VIEW)}.last_event_at`
  return [0, 1].flatMap((archived) =>
    index
      .keys([table, archived], [table, archived + 1])
      .map((key) => String(key[3]))
      .reverse()
  )
}

const previewIn = (index: Index, id: string): string => {
  const stored = index.get([tableOf(threads, VIEW), id])
  return stored === undefined ? '' : (storedRow(stored as StoredThread).facts.preview ?? '')
}

const threadsFor = (index: Index, home: string, text: string): ReadonlyArray<Suggestion> => {
  const ids = idsIn(index)
  const names = homeNames(home).all()
  const wanted = text.toLowerCase()
  const begun = ids.filter((id) => id.startsWith(wanted))
  // A part of a name stands for its thread where no other has it too.
  const named =
    begun.length > 0 ? [] : ids.filter((id) => names.get(id)?.toLowerCase().includes(wanted))
  const found = begun.length > 0 ? begun : named.length === 1 ? named : []
  const short = new Map(shortIds(ids).map((each, at) => [ids[at] ?? '', each]))
  return found.slice(0, ROWS_MAX).map((id) => {
    const value = short.get(id) ?? id
    return [
      value.startsWith(wanted) || begun.length === 0 ? value : id,
      names.get(id) ?? previewIn(index, id)
    ]
  })
}

const saidIn = (items: ReadonlyArray<ThreadItem> | null): string => {
  const [first] = items ?? []
  if (first?.type !== 'userMessage') return ''
  return first.content.flatMap((part) => ('text' in part ? String(part.text) : [])).join(' ')
}

const turnsFor = (
  index: Index,
  home: string,
  { thread, text }: Typing
): ReadonlyArray<Suggestion> => {
  if (thread === null) return []
  const names = homeNames(home).all()
  const meant = idsIn(index).filter(
    (id) => id.startsWith(thread.toLowerCase()) || names.get(id) === thread
  )
  const [id] = meant
  if (id === undefined || meant.length > 1) return []
  const table = tableOf(turns, VIEW)
  return index
    .range([table, id], [table, id, Number.MAX_SAFE_INTEGER], ROWS_MAX, true)
    .map(([key, row]): Suggestion => {
      const place = Number(key[2])
      const summary = index.get([`${table}.summary`, id, place]) as ReadonlyArray<ThreadItem> | null
      return [(row as { readonly id: string }).id, `#${place + 1} ${saidIn(summary)}`]
    })
    .filter(([value]) => value.startsWith(text))
}

const pluginsFor = async (home: string, text: string): Promise<ReadonlyArray<Suggestion>> => {
  const { cacheTree } = await import('../../upkeep/plugins/tree.ts')
  const tree = cacheTree(home)
  if (E.isLeft(tree)) return []
  return tree.right.plugins
    .map(({ id }): Suggestion => [`${id.name}@${id.marketplace}`, ''])
    .filter(([value]) => value.startsWith(text))
    .slice(0, ROWS_MAX)
}

/** Uses the index of a home if there is one. */
const fromIndex = async (
  directory: string,
  use: (index: Index) => ReadonlyArray<Suggestion>
): Promise<ReadonlyArray<Suggestion>> => {
  if (!existsSync(join(directory, 'data.mdb'))) return []
  const { openLmdbIndex } = await import('../../index/lmdb/index.ts')
  const index = openLmdbIndex(directory)
  try {
    return use(index)
  } finally {
    await index.close()
  }
}

const suggestionsFor = async (typing: Typing, io: Io): Promise<ReadonlyArray<Suggestion>> => {
  const { kind, values, text } = typing
  if (kind !== 'thread' && kind !== 'turn' && kind !== 'plugin') return []
  const settings = await readSettings(io.env)
  const env = E.isRight(settings) ? withSettings(io.env, settings.right) : io.env
  const named = values.get('--home') ?? env['CODEX_HOME'] ?? ''
  const home = named === '' ? defaultHome({}) : resolve(io.cwd, named)
  if (kind === 'plugin') return pluginsFor(home, text)
  const store = values.get('--store') ?? env['UNROLL_STORE'] ?? ''
  const index = values.get('--index')
  const directory = indexDirectory(home, {
    ...(index === undefined ? {} : { index: resolve(io.cwd, index) }),
    ...(store === '' || store === 'file' ? {} : { store })
  })
  if (E.isLeft(directory)) return []
  return fromIndex(directory.right, (opened) =>
    kind === 'thread' ? threadsFor(opened, home, text) : turnsFor(opened, home, typing)
  )
}

/** Always ends well: a shell shows what is printed in the middle of a line that somebody types. */
export const complete = async (words: ReadonlyArray<string>, io: Io): Promise<number> => {
  try {
    const typing = typingOf(words)
    const found = typing === null ? [] : await suggestionsFor(typing, io)
    const lines = found.map(
      ([value, name]) => `${value}\t${[...oneLine(name)].slice(0, NAME_MAX).join('')}\n`
    )
    if (lines.length > 0) await io.out(lines.join(''))
  } catch {
    // Nothing to suggest.
  }
  return 0
}
