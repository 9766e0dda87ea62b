/**
 * unroll store push: brings what is new in a home to a store.
 */
import { push, type PushSummary } from '../../eventstore/sync/push.ts'
import { flagOf } from '../args.ts'
import type { PlainCommand } from '../session.ts'
import { tellCopied, withStore } from '../store-session.ts'
import { startProgress } from '../text/progress.ts'
import { oneLine, plural, size } from '../text/text.ts'

/** One line for people. */
export const pushedLine = (summary: PushSummary): string => {
  const { home, store, threads, newThreads, changedThreads, lines, bytes, names, dryRun } = summary
  const { keptFiles, leftOut } = summary
  const verb = dryRun ? 'would push' : 'pushed'
  const what = `${plural(lines, 'line')}, ${size(bytes)}, ${plural(names, 'name')}`
  const which = `${plural(changedThreads, 'thread')} of ${threads} changed, ${newThreads} new`
  const kept = keptFiles === 0 ? '' : `; ${plural(keptFiles, 'file')} only there`
  const left =
    leftOut === 0 ? '' : `; ${plural(leftOut, 'document')} of the TypeScript client left out`
  return oneLine(`${verb} ${home} to ${store}: ${what}; ${which}${kept}${left}`)
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
    return tellCopied(done, pushedLine, input, io)
  })
