// Several processes share an index, and any of them may die at any moment.
import { expect } from 'chai'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { right, withEngine } from '../../support/engines.ts'
import {
  appendRollout,
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../support/rollouts.ts'

const THREADS = 24
const MESSAGES = 400

const grow = (home: string, n: number, from: number): void =>
  appendRollout(
    rolloutPath(home, idOf(n), n),
    linesOf(Array.from({ length: MESSAGES }, (_, i) => userLine(`message ${from + i} of ${n}`)))
  )

const makeHome = (): string => {
  const home = emptyHome()
  for (let n = 0; n < THREADS; n++) {
    writeRollout(rolloutPath(home, idOf(n), n), linesOf([metaLine(idOf(n))]))
    grow(home, n, 0)
  }
  return home
}

const child = (home: string, index: string): ChildProcess =>
  spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, '../../support/index-entry.ts'), home, index],
    {
      stdio: ['ignore', 'pipe', 'inherit']
    }
  )

const output = async (process: ChildProcess): Promise<string> => {
  let text = ''
  process.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await once(process, 'close')
  return text
}

const answers = (home: string, index: string) =>
  withEngine({ home, index }, async (engine) => {
    const threads = []
    for (let n = 0; n < THREADS; n++) threads.push(await right(engine.readThread(idOf(n), true)))
    return { threads, list: await right(engine.listThreads({ limit: 100 })) }
  })

describe('an index shared by processes', () => {
  let home = ''
  let folder = ''
  beforeEach(() => {
    home = makeHome()
    folder = temporaryFolder()
  })
  afterEach(() => [home, folder].forEach(removeFolder))

  it('is the same whoever builds it, also while the home grows', async () => {
    const index = join(folder, 'index')
    const builders = [child(home, index), child(home, index), child(home, index)]
    const texts = Promise.all(builders.map(output))
    builders[0]?.stdout?.once('data', () => {
      for (let n = 0; n < THREADS; n++) grow(home, n, MESSAGES)
    })
    for (const text of await texts) expect(text).to.match(/done\n$/)
    expect(await answers(home, index)).to.deep.equal(await answers(home, 'memory'))
  })

  it('survives a kill after any rollout, and the next process goes on', async () => {
    const index = join(folder, 'index')
    for (const dots of [1, 5, 12, 20]) {
      const builder = child(home, index)
      let seen = 0
      builder.stdout?.on('data', (chunk: Buffer) => {
        seen += chunk.length
        if (seen >= dots) builder.kill('SIGKILL')
      })
      await once(builder, 'close')
    }
    expect(await answers(home, index)).to.deep.equal(await answers(home, 'memory'))
  }).timeout(600_000)
})
