/**
 * unroll store mirror: keeps a store up to a home that a Codex is writing.
 */
import * as E from 'fp-ts/lib/Either.js'
import { describe } from '../../../domain/errors.ts'
import { mirror, type MirrorNews, type MirrorSummary } from '../../eventstore/sync/mirror.ts'
import type { Input } from '../args.ts'
import type { Io } from '../io.ts'
import type { PlainCommand } from '../session.ts'
import { tellProblems, withStore } from '../store-session.ts'
import { reportError } from '../text/report.ts'
import { oneLine, plural, safeJson, size } from '../text/text.ts'

const newsLine = (news: MirrorNews): string => {
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

const summaryLine = ({ home, store, lines, bytes, names }: MirrorSummary): string =>
  oneLine(
    `mirrored ${home} to ${store}: ${plural(lines, 'line')}, ${size(bytes)}, ${plural(names, 'name')}`
  )

const tellNews =
  (input: Input, io: Io) =>
  (news: MirrorNews): void => {
    if (input.json) void io.out(`${safeJson(JSON.stringify(jsonOf(news)))}\n`)
    else io.err(`${oneLine(newsLine(news))}\n`)
  }

/** Mirrors a home until it is stopped; see the command table. */
export const mirrorCommand: PlainCommand = (input, io) =>
  withStore(input, io, true, async ({ place, wire }) => {
    const onNews = tellNews(input, io)
    const done = await mirror({ home: place.home, wire, signal: io.stop, onNews })
    if (E.isLeft(done)) return reportError(done.left, input.json, io)
    const { problems } = done.right
    if (input.json) {
      const summary = { kind: 'ended', ...done.right }
      await io.last(`${safeJson(JSON.stringify(summary))}\n`)
      return 0
    }
    await io.last(`${summaryLine(done.right)}\n`)
    return tellProblems(problems, io)
  })
