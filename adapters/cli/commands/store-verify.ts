/**
 * unroll store verify: reads every line of a store again, and compares it with the files of a home.
 */
import * as E from 'fp-ts/lib/Either.js'
import { homeFiles } from '../../eventstore/sync/files.ts'
import { isFine, verify, type VerifiedThread } from '../../eventstore/sync/verify.ts'
import { flagOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import type { PlainCommand } from '../session.ts'
import { withStore } from '../store-session.ts'
import { threadsMeant } from '../store-threads.ts'
import { startProgress } from '../text/progress.ts'
import { reportError } from '../text/report.ts'
import { oneLine, plural, size } from '../text/text.ts'
import { printJson } from '../text/written.ts'

const WORDS = {
  sound: 'sound',
  equal: 'equal',
  deleted: 'deleted in the store',
  only_in_store: 'only in the store',
  only_in_home: 'only in the home',
  store_ahead: 'the store is ahead',
  home_ahead: 'the home is ahead',
  diverged: 'diverged',
  damaged: 'damaged in the store',
  unreadable: 'unreadable in the home'
} as const

/** Threads that are as they should be are only counted. */
const printThread = async (found: VerifiedThread, input: Input, io: Io): Promise<void> => {
  if (input.json) {
    await printJson(found, io)
    return
  }
  if (isFine(found)) return
  for (const { path, verdict, atByte, reason } of found.segments) {
    const at = atByte === null ? '' : ` at byte ${atByte}`
    const why = reason === null ? '' : ` (${reason})`
    const isShown = !isFine({ verdict })
    if (isShown)
      await io.out(`${oneLine(`${found.thread} ${path}: ${WORDS[verdict]}${at}${why}`)}\n`)
  }
}

/** Verifies a store; see the command table. */
export const verifyCommand: PlainCommand = (input, outside) =>
  withStore(input, outside, !flagOf(input, 'store-only'), async ({ place, wire }) => {
    const progress = startProgress(outside, 'verifying threads')
    const io = progress.before(outside)
    const [, ...words] = input.args
    const { stop: signal } = outside
    const here = flagOf(input, 'store-only') ? null : homeFiles(place.home).threads()
    const files =
      here === null ? null : new Map(here.map(({ thread, files: own }) => [thread, own] as const))
    const threads = await threadsMeant(place, words, [...(files?.keys() ?? [])])
    if (E.isLeft(threads)) return reportError(threads.left, input.json, io)
    let isAllFine = true
    const done = await verify({
      ...{ wire, threads: threads.right, files, signal, onProgress: progress.show },
      onThread: async (found) => {
        isAllFine &&= isFine(found)
        await printThread(found, input, io)
      }
    })
    progress.clear()
    if (E.isLeft(done)) return reportError(done.left, input.json, io)
    if (input.json) await printJson(done.right, io)
    else {
      const { store, threads: count, bytes, verdicts } = done.right
      const found = Object.entries(verdicts).map(
        ([verdict, n]) => `${n} ${WORDS[verdict as keyof typeof WORDS]}`
      )
      const what = found.length === 0 ? '' : `: ${found.join(', ')}`
      await io.out(oneLine(`${store}: ${plural(count, 'thread')}, ${size(bytes)}${what}`) + '\n')
    }
    return isAllFine ? 0 : 1
  })
