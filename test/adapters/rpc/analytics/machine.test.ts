// What live analytics say of the machine and of a working directory, as the real binaries did where `/etc/os-release` and folders
// were these (0.130.0, 0.142.5 and 0.169.0 without `lsb_release`; `is_worktree` is of 0.169.0 alone).
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { distributionVersion, isWorktree } from '../../../../adapters/rpc/analytics/machine.ts'
import { removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'

describe('the machine in analytics', () => {
  it('has the version of its distribution, with three numbers where it is one', () => {
    const versions: ReadonlyArray<readonly [string, string | null]> = [
      ['NAME="Debian"\nVERSION_ID="12"\nID=debian\n', '12.0.0'],
      ['ID=ubuntu\nVERSION_ID="24.04"\n', '24.4.0'],
      ['ID=ubuntu\nVERSION_ID="24.04 "\n', '24.4.0'],
      ['ID=alpine\nVERSION_ID=3.20.3\n', '3.20.3'],
      ["ID=alpine\nVERSION_ID='3.20.0_alpha'\n", "'3.20.0_alpha'"],
      ['ID=ubuntu\nVERSION_ID="1.2.3.4"\n', '1.2.3.4'],
      ['ID=ubuntu\nVERSION_ID=""rolling""\n', 'rolling'],
      ['ID=ubuntu\nVERSION_ID=""\n', null],
      ['ID=debian\nVERSION="13 (trixie)"\n', null],
      ['NAME="Arch Linux"\nID=arch\n', null],
      ["ID='alpine'\nVERSION_ID=3.20\n", null],
      ['ID=gentoo\nVERSION_ID="2.15"\n', null],
      ['ID=house\nID_LIKE=debian\nVERSION_ID="12"\n', null],
      ['VERSION_ID="12"\n', null]
    ]
    assert.deepEqual(
      versions.map(([text]) => distributionVersion(text)),
      versions.map(([, version]) => version)
    )
  })

  it('knows a second working tree from a repository, and both from any other folder', () => {
    const folder = temporaryFolder()
    const write = (path: string, text: string): void => {
      mkdirSync(join(folder, path, '..'), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    /** A second working tree beside `repository`, but for what is said otherwise. */
    const tree = (
      name: string,
      { own, back, common }: Partial<Record<string, string>> = {}
    ): void => {
      const entry = own ?? `repository/.git/worktrees/${name}`
      write(`${name}/.git`, `gitdir: ${join(folder, entry)}\n`)
      write(`${entry}/gitdir`, back ?? join(folder, name, '.git\n'))
      write(`${entry}/commondir`, common ?? '../..\n')
    }
    write('repository/.git/HEAD', 'ref: refs/heads/main\n')
    write('repository/src/a', '')
    mkdirSync(join(folder, 'repository/inner/.git'), { recursive: true })
    write('repository/module/.git', 'gitdir: ../.git/modules/module\n')
    mkdirSync(join(folder, 'empty/.git'), { recursive: true })
    mkdirSync(join(folder, 'linked'))
    symlinkSync('../repository/.git', join(folder, 'linked/.git'))
    symlinkSync('repository/src', join(folder, 'link'))
    write('odd/.git', 'hello\n')
    write('lost/.git', 'gitdir: /nowhere/.git/worktrees/lost\n')
    write('bare.git/HEAD', 'ref: refs/heads/main\n')
    tree('tree')
    mkdirSync(join(folder, 'tree/below'))
    tree('of-another', { back: join(folder, 'nothing/.git') })
    tree('elsewhere', { own: 'kept/elsewhere', common: join(folder, 'repository/.git') })
    tree('of-bare', { own: 'bare.git/worktrees/of-bare' })
    tree('no-common', { common: '' })
    const found: Readonly<Record<string, boolean | null>> = {
      repository: false,
      'repository/src': false,
      'repository/.git': false,
      'repository/inner': false,
      link: false,
      tree: true,
      'tree/below': true,
      'repository/module': null,
      'repository/missing': null,
      'repository/src/a': null,
      empty: null,
      linked: null,
      odd: null,
      lost: null,
      'of-another': null,
      elsewhere: null,
      'of-bare': null,
      'no-common': null,
      '.': null
    }
    const said = Object.keys(found).map((path) => [path, isWorktree(join(folder, path))])
    removeFolder(folder)
    assert.deepEqual(Object.fromEntries(said), found)
  })
})
