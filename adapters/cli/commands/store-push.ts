/**
 * unroll store push: brings what is new in a home to a store.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isFailure } from '../../eventstore/sync/problems.ts'
import { push, type PushSummary } from '../../eventstore/sync/push.ts'
import { flagOf } from '../args.ts'
import type { PlainCommand } from '../session.ts'
import { tellProblems, withStore } from '../store-session.ts'
import { startProgress } from '../text/progress.ts'
import { reportError } from '../text/report.ts'
import { oneLine, plural, size } from '../text/text.ts'
import { printJson } from '../text/written.ts'

/** One line for people. */
export const pushedLine = (summary: PushSummary): string => {
  const { home, store, threads, newThreads, changedThreads, lines, bytes, names, dryRun } = summary
  const verb = dryRun ? 'would push' : 'pushed'
  const what = `${plural(lines, 'line')}, ${size(bytes)}, ${plural(names, 'name')}`
  const which = `${plural(changedThreads, 'thread')} of ${threads} changed, ${newThreads} new`
  const kept = summary.keptFiles === 0 ? '' : `; ${plural(summary.keptFiles, 'file')} only there`
  return oneLine(`${verb} ${home} to ${store}: ${what}; ${which}${kept}`)
}

/** Pushes a home; see the command table. */
export const pushCommand: PlainCommand = (input, outside) =>
  withStore(input, outside, true, async ({ place, wire }) => {
    const progress = startProgress(outside, 'pushing threads')
    const io = progress.before(outside)
    const [, ...words] = input.args
    const done = await push({
      ...{ home: place.home, wire, words, dryRun: flagOf(input, 'dry-run') },
      verify: flagOf(input, 'verify'),
      signal: outside.stop,
      onProgress: progress.show
    })
    progress.clear()
    if (E.isLeft(done)) return reportError(done.left, input.json, io)
    const { problems } = done.right
    if (input.json) {
      await printJson(done.right, io)
      return problems.some(isFailure) ? 1 : 0
    }
    await io.out(`${pushedLine(done.right)}\n`)
    return tellProblems(problems, io)
  })
