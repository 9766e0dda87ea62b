/**
 * unroll check --secrets: which kinds of secrets stand in which threads.
 */
import * as E from 'fp-ts/lib/Either.js'
import { filesMeant } from '../../upkeep/storage/files.ts'
import { secretlintFinder } from '../../export/secretlint.ts'
import {
  secretsInFiles,
  type SecretsOfKind,
  type SecretsSummary
} from '../../upkeep/check/secrets.ts'
import { flagOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { foundExit } from '../options.ts'
import type { CommandEnd } from '../session.ts'
import { printTotal } from '../text/print.ts'
import { withProgress } from '../text/progress.ts'
import { tell, usage } from '../text/report.ts'
import { rowWriter } from '../text/row-form.ts'
import { column, type Columns } from '../text/rows.ts'
import { plural, size } from '../text/text.ts'

export const SECRETS: Columns<SecretsOfKind> = [
  column('threadId', ({ threadId }) => threadId),
  column('secretKind', ({ secretKind }) => secretKind),
  column('secrets', ({ secrets }) => secrets),
  column('lines', ({ lines }) => lines)
]

/** Options that are about other findings. */
const FOREIGN = ['deep', 'kind', 'notes']

const tellSums = ({ rollouts, bytes, threads, unread }: SecretsSummary, io: Io): void => {
  const looked = `looked through ${plural(rollouts, 'rollout')} (${size(bytes)})`
  const left = unread === 0 ? '' : `; ${plural(unread, 'file')} could not be read to the end`
  const found = threads === 0 ? 'no secret was found' : `secrets in ${plural(threads, 'thread')}`
  tell(`${looked}: ${found}${left}; pictures are not looked into`, io)
}

export const checkSecrets = async (
  input: Input,
  outside: Io,
  home: string,
  threadId: string | null
): Promise<CommandEnd> => {
  const foreign = FOREIGN.find((name) => input.values.has(name))
  if (foreign !== undefined)
    return E.left(usage(`--${foreign} has no meaning with --secrets`, 'leave it out'))
  return withProgress(outside, 'looking for secrets', async (io, onProgress) => {
    const writer = rowWriter({ columns: SECRETS, nothing: 'no secrets' }, input, io)
    if (E.isLeft(writer)) return writer
    const files = filesMeant(home, threadId === null ? [] : [threadId])
    const finder = await secretlintFinder()
    const found = secretsInFiles({ home, files, finder, signal: io.stop, onProgress })
    for (;;) {
      const next = await found.next()
      if (next.done !== true) {
        await writer.right.write(next.value)
        continue
      }
      await writer.right.end()
      await printTotal(next.value, input, io)
      if (!flagOf(input, 'quiet')) tellSums(next.value, io)
      return next.value.threads === 0 ? 0 : foundExit(input)
    }
  })
}
