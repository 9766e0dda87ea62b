import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { startWeb } from '../../support/browser.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'

// `unroll web` where a page of the same home, or another one, runs at the port.

const PROGRAM = join(import.meta.dirname, '..', '..', '..', 'dist', 'unroll.cjs')

describe('unroll web at a port that is taken', () => {
  const done: Array<() => unknown> = []
  afterEach(async () => {
    for (const end of done.splice(0)) await end()
  })

  it('opens the page that runs, unless it was started without what is asked for', async () => {
    const [home, other] = [copyHome('basic-142'), copyHome('basic-130')]
    const server = await startWeb(home, '--port', '0', '--writable')
    done.push(
      server.stop,
      () => removeFolder(home),
      () => removeFolder(other)
    )
    const { port } = new URL(server.origin)
    const again = (at: string, ...words: ReadonlyArray<string>): ReadonlyArray<unknown> => {
      const line = [PROGRAM, 'web', '--home', at, '--port', port, '--no-open', ...words]
      const { status, stdout, stderr } = spawnSync(process.execPath, line, { encoding: 'utf8' })
      return [status, stdout, stderr]
    }
    const opened = [0, `unroll web: the page is served already at ${server.origin}/\n`, '']
    const refused = (without: string): ReadonlyArray<unknown> => [
      6,
      '',
      `unroll: the page at port ${port} was started without ${without}\nend it first, or try --port 0 (any free port)\n`
    ]
    expect([
      again(home),
      again(home, '--writable'),
      again(home, '--writable', '--redact'),
      again(home, '--redact', '--local-images'),
      again(other)
    ]).to.deep.equal([
      opened,
      opened,
      refused('--redact'),
      refused('--local-images and --redact'),
      [6, '', `unroll: port ${port} is in use by another program\ntry --port 0 (any free port)\n`]
    ])
  })
})
