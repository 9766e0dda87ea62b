// What live analytics say of the machine and of a working directory, as captures of Codex have it: Debian 12 is "12.0.0", and
// `is_worktree` is false in a repository and null outside of one.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { distributionVersion, isWorktree } from '../../adapters/rpc/analytics/machine.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'

describe('the machine in analytics', () => {
  it('has the version of its distribution, with three numbers where it is one', () => {
    const texts = [
      'NAME="Debian"\nVERSION_ID="12"\nID=debian\n',
      'VERSION_ID="24.04"\n',
      'VERSION_ID=3.20.3\n',
      'VERSION_ID="rolling"\n',
      'NAME="Arch Linux"\n'
    ]
    assert.deepEqual(texts.map(distributionVersion), [
      '12.0.0',
      '24.4.0',
      '3.20.3',
      'rolling',
      null
    ])
  })

  it('knows a second working tree from a repository, and both from any other folder', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'repository/.git'), { recursive: true })
    mkdirSync(join(folder, 'repository/src'))
    mkdirSync(join(folder, 'tree'))
    writeFileSync(join(folder, 'tree/.git'), 'gitdir: ../repository/.git/worktrees/tree\n')
    const found = ['repository', 'repository/src', 'tree', '.'].map((path) =>
      isWorktree(join(folder, path))
    )
    removeFolder(folder)
    assert.deepEqual(found, [false, false, true, null])
  })
})
