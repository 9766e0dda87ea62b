// Patches that failed half-way, as 0.130.0, 0.142.5 and 0.169.0 recorded them. The expected answers are what stood in the
// files afterwards; null where the log does not hold it.
import { expect } from 'chai'
import { join } from 'node:path'
import { right, withEngine } from '../support/engines.ts'
import { FIXTURES, readJson } from '../support/fixture-home.ts'

const FOLDER = join(FIXTURES, 'half-applied')

/** Of the files of each patch, in its order. A record of a patch in a script has no order. */
const FATES: Readonly<Record<string, boolean | null>> = {
  'one/added.txt': true,
  'one/plain.txt/inner.txt': null,
  'two/plain.txt/inner.txt': null,
  'two/never.txt': false,
  'three/gone.txt': true,
  'three/plain.txt': true,
  'three/plain.txt/inner.txt': null,
  'three/never.txt': false,
  'four/added.txt': true,
  'four/gone.txt': null,
  'five/gone.txt': true,
  'five/moved.txt': true,
  'five/plain.txt/inner.txt': null,
  'six/gone.txt': true,
  'six/plain.txt/inner.txt': null,
  'seven/added.txt': null,
  'seven/plain.txt/inner.txt': null
}

/** What stood in files before the patches. */
const before = (path: string): string | undefined => /^\w+\/(plain|gone)\.txt$/.exec(path)?.[1]

/** What stood in files afterwards. */
const afterwards = (era: string): ReadonlyMap<string, string> => {
  const { notes } = readJson(join(FOLDER, era, 'truth.json')) as {
    readonly notes: ReadonlyArray<string>
  }
  const files = notes.flatMap((note) => note.replace(/^files /, '').split(' '))
  return new Map(files.map((file) => file.split('=') as [string, string]))
}

describe('blame: a patch that failed half-way', () => {
  for (const era of ['130', '142', '169']) {
    it(`of 0.${era} changed the files before the one it failed at`, () =>
      withEngine({ home: join(FOLDER, era, 'home') }, async (engine) => {
        const told: Record<string, boolean | null | undefined> = {}
        for (const path of Object.keys(FATES)) {
          const { data } = await right(engine.blame({ path: `/srv/repository/${path}` }))
          expect(data.map(({ status }) => status)).to.deep.equal(['failed'])
          told[path] = data[0]?.applied
        }
        expect(told).to.deep.equal(FATES)
      }))

    it(`of 0.${era} is told as it stood in the files`, () => {
      const files = afterwards(era)
      for (const [path, applied] of Object.entries(FATES))
        if (applied !== null) expect(files.get(path) !== before(path), path).to.equal(applied)
    })
  }
})
