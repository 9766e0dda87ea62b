// The page stays small: what the first look needs, and everything.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'

const BUILD = join(import.meta.dirname, '..', '..', 'adapters', 'build', 'web.mjs')

describe('the size of the page', () => {
  it('is at most 85 kB of script and 14 kB of style at first, and 450 kB in all, after gzip', () => {
    const folder = temporaryFolder()
    try {
      const { js, css, all } = JSON.parse(
        execFileSync(process.execPath, [BUILD, folder], { encoding: 'utf8' })
      ) as Readonly<Record<'js' | 'css' | 'all', number>>
      expect(js).to.be.within(1, 85_000)
      expect(css).to.be.within(1, 14_000)
      expect(all).to.be.within(js + css, 450_000)
    } finally {
      removeFolder(folder)
    }
  })
})
