/**
 * unroll store push, pull, verify, mirror: copying and comparing threads of a home and a store.
 */
import * as E from 'fp-ts/lib/Either.js'
import { describe, type StoreError } from '../../../../domain/errors.ts'
import { isFolder } from '../../../home/places.ts'
import { homeFiles } from '../../../log/eventstore/sync/home.ts'
import { mirror, type MirrorNews, type MirrorSummary } from '../../../log/eventstore/sync/mirror.ts'
import { isFailure, type Problem } from '../../../log/eventstore/sync/problems.ts'
import { pull, type PullSummary } from '../../../log/eventstore/sync/pull.ts'
import { push, type PushSummary } from '../../../log/eventstore/sync/push.ts'
import { isFine, verify, type VerifiedThread } from '../../../log/eventstore/sync/verify.ts'
import type { Wire } from '../../../log/eventstore/wire.ts'
import { flagOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { lostThreads, threadIdsIn, threadsMeantBy } from '../../naming/threads.ts'
import { pathOf } from '../../options.ts'
import { refusedBy } from '../../terminal/confirm.ts'
import { missingHome, type CommandEnd, type HomeCommand, type CommandPlace } from '../../session.ts'
import { jsonLine, printJson, printTotal } from '../../text/print.ts'
import { withProgress } from '../../text/progress.ts'
import { note, tellHint, usage, warn, type CommandFailure } from '../../text/report.ts'
import { waitingLine } from '../../text/waiting.ts'
import { oneLine, plural, sentence, size } from '../../text/text.ts'

/** Connects to the store of a place, runs `use`, and closes the connection. */
const withStore = async (
  { store, ...place }: CommandPlace,
  outside: Io,
  needsHome: boolean,
  use: (place: CommandPlace & { readonly store: string }, wire: Wire, io: Io) => Promise<CommandEnd>
): Promise<CommandEnd> => {
  if (store === undefined) {
    const next = 'name one with --store esdb://HOST:PORT, or with UNROLL_STORE in the environment'
    return E.left(usage('no store is named', next))
  }
  const missing = needsHome ? missingHome(place) : null
  if (missing !== null) return E.left(missing)
  const { connectWire } = await import('../../../log/eventstore/connection/connect.ts')
  const waiting = waitingLine(outside)
  const wire = await connectWire(store, { onSilence: waiting.show })
  if (E.isLeft(wire)) return wire
  try {
    return await use({ ...place, store }, wire.right, waiting.io)
  } finally {
    waiting.clear()
    await wire.right.dispose()
  }
}

/** The most problems that people see; `--json` has all of them. */
const SHOWN_MAX = 20

/** Names problems on stderr, failures first; answers the exit code. */
const tellProblems = (problems: ReadonlyArray<Problem>, io: Io): number => {
  const failures = problems.filter(isFailure)
  const shown = [...failures, ...problems.filter((one) => !isFailure(one))]
  for (const { thread, path, message, next } of shown.slice(0, SHOWN_MAX)) {
    warn(`${path ?? thread}: ${message}`, io)
    tellHint(next, io)
  }
  const rest = shown.length - SHOWN_MAX
  if (rest > 0) warn(`and ${rest} more; --json lists all`, io)
  return failures.length === 0 ? 0 : 1
}

/** Prints what came of copying threads; answers the exit code. */
const printCopied = async <S extends { readonly problems: ReadonlyArray<Problem> }>(
  done: E.Either<StoreError, S>,
  textOf: (summary: S) => string,
  input: Input,
  io: Io
): Promise<CommandEnd> => {
  if (E.isLeft(done)) return done
  const { problems } = done.right
  if (input.json) {
    await printJson(done.right, io)
    return problems.some(isFailure) ? 1 : 0
  }
  await io.out(sentence(textOf(done.right), io))
  return tellProblems(problems, io)
}

const pushText = (summary: PushSummary): string => {
  const { home, store, threads, newThreads, changedThreads, lines, bytes, names, dryRun } = summary
  const { keptFiles, leftOut } = summary
  const verb = dryRun ? 'would push' : 'pushed'
  const what = `${plural(lines, 'line')}, ${size(bytes)}, ${plural(names, 'name')}`
  const which = `${plural(changedThreads, 'thread')} of ${threads} changed, ${newThreads} new`
  const kept = keptFiles === 0 ? '' : `; ${plural(keptFiles, 'file')} only there`
  const left =
    leftOut === 0 ? '' : `; ${plural(leftOut, 'document')} of the TypeScript client left out`
  return `${verb} ${home} to ${store}: ${what}; ${which}${kept}${left}`
}

export const pushCommand: HomeCommand = (input, terminal, named, open) =>
  withStore(named, terminal, true, ({ store: _, ...place }, wire, outside) =>
    withProgress(outside, 'pushing threads', async (io, onProgress) => {
      const words = await threadIdsIn(input.args.slice(1), input, io, place, open)
      if (E.isLeft(words)) return words.left
      const done = await push({
        ...{ home: place.home, wire, words: words.right, signal: outside.stop, onProgress },
        ...{ dryRun: flagOf(input, 'dry-run'), verify: flagOf(input, 'verify') }
      })
      return printCopied(done, pushText, input, io)
    })
  )

const pullText = (summary: PullSummary): string => {
  const { home, store, threads, createdFiles, appendedFiles, equalFiles, bytes, names } = summary
  const files = `${plural(createdFiles, 'file')} new, ${appendedFiles} longer, ${equalFiles} as they were`
  const what = `${plural(threads, 'thread')}, ${files}; ${size(bytes)}, ${plural(names, 'name')}`
  return `pulled ${store} to ${home}: ${what}`
}

/** Asks before threads are written into a home that has some; null when they may be. */
const refusedOver = async (home: string, input: Input, io: Io): Promise<CommandFailure | null> => {
  const there = isFolder(home) ? homeFiles(home).threads().length : 0
  const text = `Write what the store holds into ${home}, which has ${plural(there, 'thread')}?`
  return there === 0 ? null : refusedBy({ text }, input, io)
}

export const pullCommand: HomeCommand = (input, terminal, named, open) =>
  withStore(named, terminal, false, (place, wire, outside) =>
    withProgress(outside, 'pulling threads', async (io, onProgress) => {
      const [, ...words] = input.args
      const home = pathOf(input, io, 'to') ?? place.home
      const refused = await refusedOver(home, input, io)
      if (refused !== null) return E.left(refused)
      const threads = await threadsMeantBy(place, words, { input, io, open })
      if (E.isLeft(threads)) return threads.left
      const done = await pull({
        home,
        ...{ wire, threads: threads.right, isAll: words.length === 0 },
        lost: () => lostThreads(place),
        ...{ signal: outside.stop, onProgress }
      })
      return printCopied(done, pullText, input, io)
    })
  )

const VERDICTS = {
  sound: 'sound',
  equal: 'equal',
  deleted: 'deleted in the store',
  only_in_store: 'only in the store',
  only_in_home: 'only in the home',
  store_ahead: 'the store is ahead',
  home_ahead: 'the home is ahead',
  diverged: 'diverged',
  damaged: 'damaged in the store',
  unknown: 'unknown to store and home',
  lost: 'lost in the store',
  unreadable: 'unreadable in the home'
} as const

/** Prints the files of a thread that differ; threads that are fine are only counted. */
const printVerified = async (found: VerifiedThread, input: Input, io: Io): Promise<void> => {
  if (input.json) await printJson(found, io)
  else if (!isFine(found))
    for (const { path, verdict, atByte, reason } of found.segments) {
      if (isFine({ verdict })) continue
      const at = atByte === null ? '' : ` at byte ${atByte}`
      const why = reason === null ? '' : ` (${reason})`
      await io.out(sentence(`${found.thread} ${path}: ${VERDICTS[verdict]}${at}${why}`, io))
    }
}

export const verifyCommand: HomeCommand = (input, terminal, named, open) =>
  withStore(named, terminal, !flagOf(input, 'store-only'), (place, wire, outside) =>
    withProgress(outside, 'verifying threads', async (io, onProgress) => {
      const files = flagOf(input, 'store-only')
        ? null
        : new Map(
            homeFiles(place.home)
              .threads()
              .map((each) => [each.thread, each.files] as const)
          )
      const others = [...(files?.keys() ?? [])]
      const words = input.args.slice(1)
      const threads = await threadsMeantBy(place, words, { input, io, open }, others)
      if (E.isLeft(threads)) return threads.left
      let isAllFine = true
      const done = await verify({
        ...{ wire, threads: threads.right, files, signal: outside.stop, onProgress },
        lost: () => lostThreads(place),
        onThread: async (found) => {
          isAllFine &&= isFine(found)
          await printVerified(found, input, io)
        }
      })
      if (E.isLeft(done)) return done
      const { store, threads: count, bytes, verdicts } = done.right
      if (input.json) await printTotal(done.right, input, io)
      else {
        const counts = Object.entries(verdicts).map(
          ([verdict, n]) => `${n} ${VERDICTS[verdict as keyof typeof VERDICTS]}`
        )
        const what = counts.length === 0 ? '' : `: ${counts.join(', ')}`
        await io.out(sentence(`${store}: ${plural(count, 'thread')}, ${size(bytes)}${what}`, io))
      }
      return isAllFine ? 0 : 1
    })
  )

const newsText = (news: MirrorNews): string => {
  switch (news.kind) {
    case 'pushed':
      return `${news.thread}: ${plural(news.lines, 'line')}, ${size(news.bytes)}`
    case 'problem':
      return `${news.problem.path ?? news.problem.thread}: ${news.problem.message}`
    case 'caught_up':
      return `the store is up to ${plural(news.threads, 'thread')}; following`
    case 'waiting':
      return `${describe(news.error)}; trying again`
    case 'back':
      return 'the store is back'
  }
}

const jsonOf = (news: MirrorNews): unknown =>
  news.kind === 'waiting'
    ? { kind: news.kind, message: describe(news.error), pauseMs: news.pauseMs }
    : news

const mirrorText = ({ home, store, lines, bytes, names }: MirrorSummary): string =>
  oneLine(
    `mirrored ${home} to ${store}: ${plural(lines, 'line')}, ${size(bytes)}, ${plural(names, 'name')}`
  )

export const mirrorCommand: HomeCommand = (input, terminal, named) =>
  withStore(named, terminal, true, async (place, wire, io) => {
    const done = await mirror({
      ...{ home: place.home, wire, signal: io.stop },
      onNews: (news) => {
        if (input.json) void io.out(jsonLine(jsonOf(news)))
        else note(`${oneLine(newsText(news))}`, io)
      }
    })
    if (E.isLeft(done)) return done
    if (input.json) {
      await io.last(jsonLine({ kind: 'ended', ...done.right }))
      return 0
    }
    await io.last(`${mirrorText(done.right)}\n`)
    return tellProblems(done.right.problems, io)
  })
