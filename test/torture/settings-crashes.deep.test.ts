// An import of settings that is killed at any of its steps: every file is as before or as after, and the next import does the rest.
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { removeFolder } from '../support/fixture-home.ts'
import { madeSettings } from '../support/made-settings.ts'
import { planted, plantedRoot, rootless } from '../support/planted-settings.ts'

const ENTRY = join(import.meta.dirname, '..', 'support', 'settings-crash-entry.ts')
const SEED = 14
const NEVER = '1000000'

const imported = (root: string, step: string) =>
  spawnSync(process.execPath, ['--import', 'tsx', ENTRY, root, step], { encoding: 'utf8' })

/** What stands there, without what a killed process was still writing beside it. */
const filesIn = (root: string): Readonly<Record<string, string>> =>
  rootless(
    root,
    Object.fromEntries(Object.entries(planted(root)).filter(([path]) => !path.includes('.unroll-')))
  )

/** True for a configuration between two items, which has some of the lines that it will have. */
const isOnTheWay = (path: string, text: string, after: Readonly<Record<string, string>>): boolean =>
  path.endsWith('config.toml') && (after[path] ?? '').startsWith(text)

describe('an import of settings, killed', () => {
  it('leaves every file as before or as after, and the next one does the rest', function () {
    this.timeout(0)
    const whole = plantedRoot(madeSettings(SEED))
    const before = filesIn(whole)
    const steps = Number(imported(whole, NEVER).stdout)
    const after = filesIn(whole)
    removeFolder(whole)
    expect(steps).to.be.greaterThan(40)
    expect(Object.keys(after).length).to.be.greaterThan(Object.keys(before).length + 5)
    for (let step = 0; step < steps; step += 1) {
      const root = plantedRoot(madeSettings(SEED))
      try {
        expect(imported(root, String(step)).signal, `step ${step}`).to.equal('SIGKILL')
        const cut = filesIn(root)
        const odd = Object.entries(cut).filter(
          ([path, text]) =>
            text !== before[path] && text !== after[path] && !isOnTheWay(path, text, after)
        )
        expect(odd, `step ${step}`).to.deep.equal([])
        expect(Object.keys(before).filter((path) => !(path in cut))).to.deep.equal([])
        expect(imported(root, NEVER).status).to.equal(0)
        expect(filesIn(root), `step ${step}`).to.deep.equal(after)
      } finally {
        removeFolder(root)
      }
    }
  })
})
