// What the command line tells of files that moved, and of those that cannot be read.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { mkdirSync, renameSync, truncateSync, utimesSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { OpenEngine } from '../../../adapters/cli/session.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../support/rollouts.ts'
import { unroll } from './console.ts'
import { openedEngine } from '../../support/engines.ts'

const DAY = 'sessions/2026/05/01'

describe('command line: index changes', () => {
  let home = ''
  let index = ''
  const path = (n: number): string => rolloutPath(home, idOf(n), n)
  const run = (...words: ReadonlyArray<string>) =>
    unroll(['index', ...words, '--home', home, '--index', index])
  beforeEach(async () => {
    home = emptyHome()
    index = join(temporaryFolder(), 'index')
    for (const n of [1, 2])
      writeRollout(path(n), linesOf([metaLine(idOf(n)), userLine(`hello ${n}`)]))
    mkdirSync(join(home, 'archived_sessions'))
    await run('status')
  })
  afterEach(() => [home, dirname(index)].forEach(removeFolder))

  it('tells what the process before did not see, newest first', async () => {
    const bytes = linesOf([metaLine(idOf(2)), userLine('hello 2')]).length
    renameSync(path(1), join(home, 'archived_sessions', basename(path(1))))
    await run('status')
    truncateSync(path(2), 20)
    const { code, out } = await run('changes')
    expect(code).to.equal(0)
    const rows = out.split('\n').map((line) => line.split('\t').slice(1))
    expect(rows).to.deep.equal([
      [
        'shrank',
        idOf(2),
        `${DAY}/${basename(path(2))}`,
        `${DAY}/${basename(path(2))}`,
        String(bytes),
        '20'
      ],
      [
        'archived',
        idOf(1),
        `${DAY}/${basename(path(1))}`,
        `archived_sessions/${basename(path(1))}`,
        String(bytes),
        String(bytes)
      ],
      []
    ])
    const { out: one } = await run('changes', '--limit', '1', '--json')
    const { noticedAt, ...rest } = JSON.parse(one) as { readonly noticedAt: string }
    expect(Date.parse(noticedAt)).to.be.greaterThan(0)
    expect(rest).to.deep.equal({
      threadId: idOf(2),
      reason: 'shrank',
      from: `${DAY}/${basename(path(2))}`,
      to: `${DAY}/${basename(path(2))}`,
      bytesBefore: bytes,
      bytes: 20
    })
  })

  it('names the thread at any width, and where its file went where there is room', async () => {
    renameSync(path(1), join(home, 'archived_sessions', basename(path(1))))
    await run('status')
    renameSync(path(2), `${path(2)}.away`)
    const seen = async (columns: number) => {
      const words = ['index', 'changes', '--home', home, '--index', index]
      const { out } = await unroll(words, { tty: true, columns, env: { NO_COLOR: '1' } })
      return out.split('\n').map((line) => line.split(/ {2,}/).slice(1))
    }
    const [gone, moved] = [idOf(2), idOf(1)]
    // Only whole ids tell these threads apart.
    expect(await seen(70)).to.deep.equal([
      ['WHAT', 'THREAD'],
      ['vanished', gone],
      ['archived', moved],
      []
    ])
    expect((await seen(140)).map((cells) => [cells[1], cells.at(-1)])).to.deep.equal([
      ['THREAD', 'FROM → TO'],
      [gone, DAY],
      [moved, `${DAY} → archived_sessions`],
      [undefined, undefined]
    ])
  })

  it('tells nothing of a file whose time alone is another one', async () => {
    utimesSync(path(1), 1e9, 1e9)
    expect(await run('changes')).to.deep.equal({ code: 0, out: '', err: '' })
  })

  it('names in the status what cannot be read, with the reason', async () => {
    const unreadable: OpenEngine = async (options) => {
      const engine = await openedEngine(options)
      const status: typeof engine.status = () => async () => {
        const counted = await engine.status()()
        const unreadableFiles = [{ threadId: idOf(1), path: path(1), reason: 'EACCES: no' }]
        return E.map((facts: object) => ({ ...facts, unreadable: 1, unreadableFiles }))(
          counted
        ) as typeof counted
      }
      return E.right({ ...engine, status })
    }
    const { out } = await unroll(['index', 'status', '--home', home, '--index', index], {
      open: unreadable
    })
    expect(out).to.contain(`unreadable files\t1\nunreadable\t${path(1)}: EACCES: no\n`)
  })
})
