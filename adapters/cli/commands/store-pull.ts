/**
 * unroll store pull: brings threads of a store to a home that Codex reads.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import { pull, type PullSummary } from '../../eventstore/sync/pull.ts'
import { textOf } from '../args.ts'
import type { PlainCommand } from '../session.ts'
import { tellCopied, withStore } from '../store-session.ts'
import { threadsMeant } from '../store-threads.ts'
import { startProgress } from '../text/progress.ts'
import { reportError } from '../text/report.ts'
import { oneLine, plural, size } from '../text/text.ts'

const pulledLine = (summary: PullSummary): string => {
  const { home, store, threads, createdFiles, appendedFiles, equalFiles, bytes, names } = summary
  const files = `${plural(createdFiles, 'file')} new, ${appendedFiles} longer, ${equalFiles} as they were`
  const what = `${plural(threads, 'thread')}, ${files}; ${size(bytes)}, ${plural(names, 'name')}`
  return oneLine(`pulled ${store} to ${home}: ${what}`)
}

/** Pulls threads; see the command table. */
export const pullCommand: PlainCommand = (input, outside) =>
  withStore(input, outside, false, async ({ place, wire }) => {
    const progress = startProgress(outside, 'pulling threads')
    const io = progress.before(outside)
    const [, ...words] = input.args
    const to = textOf(input, 'to')
    const { stop: signal } = outside
    const threads = await threadsMeant(place, words, [])
    if (E.isLeft(threads)) return reportError(threads.left, input.json, io)
    const done = await pull({
      home: to === undefined ? place.home : resolve(io.cwd, to),
      ...{ wire, threads: threads.right, isAll: words.length === 0, signal },
      onProgress: progress.show
    })
    progress.clear()
    return tellCopied(done, pulledLine, input, io)
  })
