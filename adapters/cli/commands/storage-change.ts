/**
 * unroll storage compress, unroll storage expand: less disk, and back.
 */
import * as E from 'fp-ts/lib/Either.js'
import { compressRollouts, expandRollouts, type FileOutcome } from '../../storage/change.ts'
import { rolloutsOf } from '../../storage/files.ts'
import { tooOldCodex } from '../../storage/versions.ts'
import { flagOf, type Input } from '../args.ts'
import { withHomeFiles } from '../home-files.ts'
import type { Io } from '../io.ts'
import type { PlainCommand } from '../session.ts'
import { startProgress } from '../text/progress.ts'
import { reportError } from '../text/report.ts'
import { tsv } from '../text/style.ts'
import { oneLine, plural, size } from '../text/text.ts'
import { printJson } from '../text/written.ts'

const fields = (one: FileOutcome): ReadonlyArray<string> => [
  one.outcome,
  one.threadId,
  one.path,
  String(one.plainBytes),
  String(one.compressedBytes),
  one.reason ?? ''
]

const sum = (outcomes: ReadonlyArray<FileOutcome>) => {
  const done = outcomes.filter(({ outcome }) => outcome !== 'left')
  return {
    files: done.length,
    left: outcomes.length - done.length,
    plainBytes: done.reduce((bytes, one) => bytes + one.plainBytes, 0),
    compressedBytes: done.reduce((bytes, one) => bytes + one.compressedBytes, 0)
  }
}

const words = (work: 'compress' | 'expand', outcomes: ReadonlyArray<FileOutcome>, dry: boolean) => {
  const { files, left, plainBytes, compressedBytes } = sum(outcomes)
  const [from, to] =
    work === 'compress' ? [plainBytes, compressedBytes] : [compressedBytes, plainBytes]
  const share = from === 0 ? 0 : Math.round((100 * (from - to)) / from)
  const verb = dry ? `would ${work}` : `${work}ed`
  const gain = work === 'compress' ? `, ${size(from - to)} less (${share} %)` : ''
  const others = left === 0 ? '' : `; ${left} left as they are`
  return `${verb} ${plural(files, 'file')}: ${size(from)} to ${size(to)}${gain}${others}\n`
}

const warn = (home: string, input: Input, io: Io): void => {
  const version = tooOldCodex(home, rolloutsOf(home))
  if (version !== null && !input.json)
    io.err(
      `unroll: the newest thread was written by Codex ${oneLine(version)}; only 0.142 and later read compressed rollouts\n`
    )
}

const command =
  (work: 'compress' | 'expand'): PlainCommand =>
  (input, outside) =>
    withHomeFiles(
      input,
      outside,
      'a store keeps no files that could be compressed',
      async (home) => {
        const progress = startProgress(outside, work === 'compress' ? 'compressing' : 'expanding')
        const io = progress.before(outside)
        const dryRun = flagOf(input, 'dry-run')
        if (work === 'compress') warn(home, input, io)
        const done = await (work === 'compress' ? compressRollouts : expandRollouts)({
          ...{ home, threads: input.args.slice(1), dryRun, actor: 'cli' },
          ...{ onFile: progress.show, signal: io.stop },
          onOutcome: async (outcome) => {
            if (input.json) await printJson(outcome, io)
            else if (!io.outIsTty) await io.out(tsv([fields(outcome)]))
            else if (outcome.reason !== null)
              await io.out(`left ${oneLine(outcome.path)}: ${oneLine(outcome.reason)}\n`)
          }
        })
        progress.clear()
        if (E.isLeft(done)) return reportError(done.left, input.json, io)
        if (input.json) await printJson({ total: sum(done.right) }, io)
        else if (done.right.length === 0) io.err(`unroll: there is nothing to ${work}\n`)
        else if (io.outIsTty) await io.out(words(work, done.right, dryRun))
        return 0
      }
    )

/** Compresses rollouts; see the command table. */
export const compressCommand = command('compress')

/** Makes rollouts plain again; see the command table. */
export const expandCommand = command('expand')
