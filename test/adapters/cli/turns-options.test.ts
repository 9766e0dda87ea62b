// `--turns` and what goes with it.
import * as E from 'fp-ts/lib/Either.js'
import { expect } from 'chai'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseCommandLine } from '../../../adapters/cli/args.ts'
import {
  isPassedOn,
  turnsOptions,
  turnsProfile
} from '../../../adapters/cli/commands/app-server/turns-options.ts'
import type { Io } from '../../../adapters/cli/io.ts'
import type { CodexTurns } from '../../../adapters/rpc/app-server.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'

const read = (...argv: ReadonlyArray<string>) => {
  const parsed = parseCommandLine(['app-server', ...argv])
  if (!parsed.ok) throw new Error(parsed.failure.message)
  return turnsOptions(parsed.input, { cwd: '/work' } as Io)
}

const DEFAULTS: CodexTurns = {
  path: 'codex',
  args: [],
  preload: 'auto',
  idleMs: 600_000,
  without: new Set()
}

describe('options of turns by a real Codex', () => {
  it('are off unless they are asked for', () => {
    expect(read()).to.deep.equal(E.right(null))
    expect(read('--turns', 'codex')).to.deep.equal(E.right(DEFAULTS))
  })

  it('name the program, when it ends, what is switched off and what Codex is started with', () => {
    const given = ['--turns', 'codex=bin/codex', '--preload', 'never', '--turns-idle', '5']
    const more = [
      '--turns-without',
      'commands,files',
      '-c',
      'a=1',
      '--enable',
      'b',
      '--disable',
      'c'
    ]
    expect(read(...given, ...more)).to.deep.equal(
      E.right({
        path: '/work/bin/codex',
        args: ['-c', 'a=1', '--enable', 'b', '--disable', 'c'],
        preload: 'never',
        idleMs: 5000,
        without: new Set(['commands', 'files'])
      })
    )
    expect(['-c a', '--enable b', '--strict-config'].map(isPassedOn)).to.deep.equal([
      true,
      true,
      false
    ])
  })

  it('are refused when they are no program or no family, and without --turns', () => {
    expect([
      read('--turns', 'gpt'),
      read('--turns', 'codex', '--turns-without', 'commands,all'),
      read('--preload', 'never'),
      read('--turns-idle', '5')
    ]).to.deep.equal([
      E.left('--turns takes `codex` or `codex=PATH`, not "gpt"'),
      E.left('--turns-without: unknown family "all"; expected commands, files, account, config'),
      E.left('--preload needs --turns'),
      E.left('--turns-idle needs --turns')
    ])
  })

  it('let the version of the program decide the profile; one that is missing stops no reader', async () => {
    const folder = temporaryFolder()
    const program = (version: string) => {
      const path = join(folder, version)
      writeFileSync(path, `#!/bin/sh\necho codex-cli ${version}\n`)
      chmodSync(path, 0o700)
      return { ...DEFAULTS, path }
    }
    const old = program('0.130.0')
    expect(await turnsProfile(old, undefined, '0.169')).to.deep.equal(
      E.right({ profile: '0.130', note: null })
    )
    expect(await turnsProfile(old, '0.142', '0.142')).to.deep.equal(
      E.left(`--turns: ${old.path} is codex-cli 0.130.0, not 0.142; leave --profile out`)
    )
    const unknown = program('0.77.1')
    expect(await turnsProfile(unknown, undefined, '0.169')).to.deep.equal(
      E.left(`--turns: ${unknown.path} is codex-cli 0.77.1; known versions are 0.130, 0.142, 0.169`)
    )
    const missing = await turnsProfile({ ...old, path: join(folder, 'none') }, '0.142', '0.142')
    expect(E.isRight(missing) && [missing.right.profile, missing.right.note]).to.deep.equal([
      '0.142',
      `${join(folder, 'none')} cannot be started (spawn ${join(folder, 'none')} ENOENT); reading works, and messages fail until it can`
    ])
    removeFolder(folder)
  })
})
