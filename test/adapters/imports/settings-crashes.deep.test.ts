// A process that imports settings may be killed before any step. The method: kill it before every step, look at every file that it
// writes, then let another process finish: a file is as it was before, or as it is in the end, and nothing is left besides.
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { bundleChild } from '../../support/crashes.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { madeSettings } from '../../support/made-settings.ts'
import { planted, plantedRoot, rootless } from '../../support/planted-settings.ts'

type Files = Readonly<Record<string, string>>

/** What a killed process may leave beside the files until the next one comes. */
const TEMPORARY = /\.unroll-\d+/

const without = (files: Files, isOut: (path: string) => boolean): Files =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !isOut(path)))

describe('imports of settings after a kill', () => {
  const script = bundleChild('settings-crash-entry')
  after(() => removeFolder(dirname(script)))
  const run = (root: string, step: number) =>
    spawnSync(process.execPath, [script, root, String(step)], { encoding: 'utf8' })
  const filesIn = (root: string): Files => rootless(root, planted(root))

  for (const seed of [1, 5057])
    it(`leave every file as it was or as it becomes (seed ${seed})`, () => {
      const twin = plantedRoot(madeSettings(seed))
      const before = filesIn(twin)
      const { stdout, stderr } = run(twin, 0)
      expect(stderr).to.equal('')
      const { steps, texts } = JSON.parse(stdout) as {
        readonly steps: number
        readonly texts: ReadonlyArray<string>
      }
      const configs = rootless(twin, texts)
      const end = filesIn(twin)
      expect(end).not.to.deep.equal(before)
      expect(steps).to.be.greaterThan(20)
      for (let step = 1; step <= steps; step++) {
        const root = plantedRoot(madeSettings(seed))
        expect(run(root, step).signal, `step ${step}`).to.equal('SIGKILL')
        const killed = without(filesIn(root), (path) => TEMPORARY.test(path))
        const odd = Object.entries(killed).filter(
          ([path, text]) =>
            text !== before[path] &&
            text !== end[path] &&
            !(path.endsWith('config.toml') && configs.includes(text))
        )
        const lost = Object.keys(before).filter((path) => !(path in killed))
        expect({ step, odd, lost }).to.deep.equal({ step, odd: [], lost: [] })
        expect(run(root, 0).stderr).to.equal('')
        expect({ step, ...filesIn(root) }).to.deep.equal({ step, ...end })
        removeFolder(root)
      }
      removeFolder(twin)
    }).timeout(900_000)
})
