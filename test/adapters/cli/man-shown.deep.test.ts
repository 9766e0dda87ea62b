// man shows every page without a complaint.
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manPages } from '../../../adapters/cli/man/pages.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'

const hasMan = spawnSync('man', ['--version']).error === undefined

describe('man pages', () => {
  const title = 'are shown by man without a warning'
  if (!hasMan) it(`${title} (pending: there is no man)`)
  else
    it(title, () => {
      const pages = manPages('1.2.3')
      const folder = temporaryFolder()
      try {
        for (const [name, page] of pages) writeFileSync(join(folder, name), page)
        const { status, stdout, stderr } = spawnSync(
          'man',
          ['--warnings=w', '-E', 'UTF-8', '-l', ...pages.keys()],
          {
            cwd: folder,
            encoding: 'utf8',
            env: { ...process.env, MANPAGER: 'cat', MANWIDTH: '80', LC_ALL: 'C.UTF-8' }
          }
        )
        expect([status, stderr]).to.deep.equal([0, ''])
        expect(stdout).to.include('UNROLL-THREADS(1)')
      } finally {
        removeFolder(folder)
      }
    })
})
