/**
 * unroll export --to bundle: threads for another machine, byte for byte.
 */
import * as E from 'fp-ts/lib/Either.js'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { notPossible } from '../../../../domain/errors.ts'
import type { Engine } from '../../../../replay/engine.ts'
import { INCLUDABLE, plannedThreads } from '../../../export/sections.ts'
import { zstdEncoder } from '../../../log/jsonl/zstd.ts'
import { BundleRefused, bundle, type BundleSource } from '../../../upkeep/bundle/write.ts'
import { shownRollouts } from '../../../upkeep/storage/files.ts'
import { flagOf, listOf, textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { openOutput } from '../../output-file.ts'
import { placeOf, type CommandEnd } from '../../session.ts'
import { startProgress } from '../../text/progress.ts'
import { tell, usage, warn, type CommandFailure, type Tried } from '../../text/report.ts'
import { plural, size } from '../../text/text.ts'

/** Options that would change what is in a rollout. */
const FOREIGN = [
  ...['redact', 'redact-strict', 'redact-file', 'redact-report', 'detail', 'turns', 'since'],
  ...['until', 'at', 'include-rolled-back', 'images', 'max-output', 'ledger', 'split']
]

const refusedOption = (input: Input): CommandFailure | null => {
  const option = FOREIGN.find((name) => input.values.has(name))
  return option === undefined
    ? null
    : usage(`a bundle holds everything, so --${option} has no meaning`, 'export another format')
}

/** The threads that are named, and those that came of them where that is asked for. */
const threadsOf = async (
  ids: ReadonlyArray<string>,
  input: Input,
  engine: Engine
): Promise<Tried<ReadonlyArray<string>>> => {
  const asked = listOf(input, 'with')
  const included = INCLUDABLE.filter((one) => asked.includes('all') || asked.includes(one))
  const all = new Set(ids)
  for (const id of included.length === 0 ? [] : ids) {
    const graph = await engine.graph(id)()
    if (E.isLeft(graph)) return graph
    for (const { threadId } of plannedThreads(id, graph.right, included)) all.add(threadId)
  }
  return E.right([...all])
}

/** Every file that some threads are read from, each once; those of threads that they continue too. */
const sourcesOf = async (
  home: string,
  threads: ReadonlyArray<string>,
  engine: Engine,
  io: Io
): Promise<Tried<ReadonlyArray<BundleSource>>> => {
  const shown = shownRollouts(home)
  const sources = new Map<string, BundleSource>()
  for (const thread of threads) {
    const lineage = await engine.lineage(thread)()
    if (E.isLeft(lineage)) return lineage
    for (const { id, gap } of lineage.right) {
      const file = shown.get(id)
      if (file === undefined || gap !== null)
        warn(`the history before ${id} is not in this home, and not in the bundle`, io)
      if (file !== undefined)
        sources.set(file.path, { thread: file.threadId, segment: id, path: file.path })
    }
  }
  return E.right([...sources.values()].sort((a, b) => (a.path < b.path ? -1 : 1)))
}

interface Bundled {
  readonly files: number
  readonly bytes: number
}

const writeTo = async (
  home: string,
  threads: ReadonlyArray<string>,
  sources: ReadonlyArray<BundleSource>,
  compresses: boolean,
  io: Io,
  outside: Io
): Promise<Tried<Bundled>> => {
  const progress = startProgress(outside, 'bundling files')
  const generator = `unroll ${io.version}`
  let bytes = 0
  const put = async (piece: Uint8Array): Promise<void> => {
    bytes += piece.length
    await io.out(piece)
  }
  try {
    const encoder = compresses ? await zstdEncoder() : null
    const pieces = bundle({ home, threads, sources, generator, onFile: progress.show })
    for (;;) {
      const next = pieces.next()
      if (next.done === true) {
        if (encoder !== null) await put(encoder.end())
        return E.right({ files: next.value.files.length, bytes })
      }
      await put(encoder === null ? next.value : encoder.push(next.value))
      if (io.stop.aborted) return E.right({ files: 0, bytes })
    }
  } catch (thrown) {
    if (!(thrown instanceof BundleRefused)) throw thrown
    return E.left(notPossible(thrown.message, 'nothing was written'))
  } finally {
    progress.clear()
  }
}

const KEPT_SECRETS =
  'a bundle holds everything that was said and printed, with all secrets; do not publish it'

export const exportBundle = async (
  ids: ReadonlyArray<string>,
  input: Input,
  io: Io,
  engine: Engine
): Promise<CommandEnd> => {
  const refused = refusedOption(input)
  if (refused !== null) return E.left(refused)
  const place = await placeOf(input, io)
  if (E.isLeft(place)) return place
  const { home, store } = place.right
  if (store !== undefined)
    return E.left(
      notPossible('a bundle holds files, and a store has none', 'type "unroll store pull" first')
    )
  if (ids.length === 0) return E.left(usage('no thread is named', 'name one or more, such as @1'))
  const out = textOf(input, 'out') ?? '-'
  if (out === '-')
    return E.left(usage('a bundle needs a file', 'name one with --out FILE.unroll.tar'))
  const path = resolve(io.cwd, out)
  const replaces = flagOf(input, 'force')
  if (!replaces && existsSync(path))
    return E.left(
      notPossible(`${path} exists already`, 'name a new file, or add --force to replace it')
    )
  const threads = await threadsOf(ids, input, engine)
  if (E.isLeft(threads)) return threads
  const sources = await sourcesOf(home, threads.right, engine, io)
  if (E.isLeft(sources)) return sources
  const opened = openOutput(path, replaces, io)
  if (E.isLeft(opened)) return opened
  const { io: inside, close } = opened.right
  let done: Tried<Bundled> | null = null
  try {
    done = await writeTo(
      home,
      threads.right,
      sources.right,
      flagOf(input, 'zstd') || path.endsWith('.zst'),
      inside,
      io
    )
  } finally {
    if (done === null) close(false)
  }
  const closed = close(E.isRight(done) && !io.stop.aborted)
  if (E.isLeft(closed)) return closed
  if (E.isLeft(done)) return done
  const count = `${plural(threads.right.length, 'thread')}, ${plural(done.right.files, 'file')}`
  tell(`wrote ${path}: ${count}, ${size(done.right.bytes)}; ${KEPT_SECRETS}`, io)
  return E.right(0)
}
