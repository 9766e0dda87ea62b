/**
 * unroll import BUNDLE: threads of another machine. Nothing that is in the home is written over.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import { isBundle, withBundle, BadBundle } from '../../../upkeep/bundle/read.ts'
import { salvage, type SalvagedFile } from '../../../upkeep/storage/salvage/salvage.ts'
import { flagOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import type { CommandEnd } from '../../session.ts'
import { ownFailure, usage } from '../../text/report.ts'
import { formOf, printRows } from '../../text/row-form.ts'
import { plural, sentence } from '../../text/text.ts'
import { SALVAGED_FILES } from '../salvage.ts'

/** The one bundle that is named; null where sessions are. */
export const bundleIn = ({ args }: Input, { cwd }: Io): string | null => {
  const [first] = args
  const path = first === undefined ? null : resolve(cwd, first)
  return path !== null && isBundle(path) ? path : null
}

/** A file is named by its place in the bundle: where it was unpacked is gone by then. */
const asBundled = (folder: string, file: SalvagedFile): SalvagedFile => ({
  ...file,
  source: file.source.startsWith(folder) ? file.source.slice(folder.length + 1) : file.source
})

const summary = (files: ReadonlyArray<SalvagedFile>, names: number, dry: boolean): string => {
  const of = (...outcomes: ReadonlyArray<SalvagedFile['outcome']>): number =>
    files.filter(({ outcome }) => outcomes.includes(outcome)).length
  const there = of('present', 'older')
  const aside = of('kept')
  return [
    `${dry ? 'would import' : 'imported'} ${plural(of('copied'), 'file')}`,
    ...(there === 0 ? [] : [`${there} already in the home`]),
    ...(aside === 0
      ? []
      : [`${aside} put aside in .unroll/salvage, as the home has another version`]),
    ...(names === 0 ? [] : [plural(names, 'name')])
  ].join(', ')
}

/** Verifies a bundle and puts what the home does not have into it. */
export const importBundle = async (
  path: string,
  input: Input,
  io: Io,
  home: string
): Promise<CommandEnd> => {
  if (input.args.length > 1)
    return E.left(usage('one bundle is imported at a time', 'import the others afterwards'))
  const dryRun = flagOf(input, 'dry-run')
  try {
    return await withBundle(path, async (folder) => {
      const done = await salvage({ folders: [folder], home, dryRun, signal: io.stop })
      if (E.isLeft(done)) return done
      const files = done.right.files.map((file) => asBundled(folder, file))
      const printed =
        formOf(input, io) === 'people'
          ? E.right(0)
          : await printRows({ columns: SALVAGED_FILES, nothing: '' }, files, input, io)
      if (E.isLeft(printed)) return printed
      io.err(sentence(summary(files, done.right.names, dryRun), io))
      const isLost = ({ outcome }: SalvagedFile): boolean =>
        outcome === 'kept' || outcome === 'unusable'
      return files.some(isLost) ? 1 : 0
    })
  } catch (thrown) {
    if (!(thrown instanceof BadBundle)) throw thrown
    const reason = `${path} is no whole bundle: ${thrown.message}`
    return E.left(ownFailure('no_match', reason, 'copy it again; nothing was imported'))
  }
}
