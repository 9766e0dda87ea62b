import { expect } from 'chai'
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMMANDS, formsOf } from '../../adapters/cli/table/commands.ts'
import { METHODS } from '../../adapters/rpc/methods/methods.ts'
import { unroll } from '../adapters/cli/console.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import {
  THREAD,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../support/rollouts.ts'
import { initialized } from '../support/rpc-client.ts'
import { outside, watchFiles } from '../support/watched-files.ts'
import { hostileNames } from '../torture/hostile/names.ts'

// Clients of the app-server and of the command line that send ids, names and paths which lead elsewhere. The goal: nothing
// outside the home is opened, listed, made, moved or deleted, whatever they send. The method: every method and every command gets
// every such text in every place that takes a text, and the paths that the process touches are noted.

const SECRET = linesOf([metaLine(THREAD), userLine('a secret of somebody else')])

/** Members that name something, in any method. */
const MEMBERS = [
  ...['threadId', 'path', 'rolloutPath', 'cwd', 'conversationId', 'turnId', 'itemId', 'name'],
  ...['parentThreadId', 'ancestorThreadId', 'cursor', 'beforeTurnId', 'lastTurnId', 'operationId'],
  ...['pluginName', 'searchTerm', 'text', 'objective', 'expectedTurnId']
]

interface Place {
  readonly folder: string
  readonly home: string
  readonly beside: string
}

/** A home with one thread of its own, a link out of it, and a folder beside it that holds a secret. */
const made = (): Place => {
  const folder = temporaryFolder()
  const [home, beside] = [join(folder, 'home'), join(folder, 'outside')]
  mkdirSync(join(home, 'sessions'), { recursive: true })
  mkdirSync(beside)
  writeFileSync(join(home, 'config.toml'), 'model_provider = "mock"\n')
  writeRollout(rolloutPath(home, idOf(2)), linesOf([metaLine(idOf(2)), userLine('hello')]))
  writeFileSync(join(beside, `rollout-2026-05-01T10-00-00-${THREAD}.jsonl`), SECRET)
  symlinkSync(beside, join(home, 'sessions', 'link'))
  return { folder, home, beside }
}

const everything = (beside: string): ReadonlyArray<string> =>
  readdirSync(beside).map((name) => `${name} ${readFileSync(join(beside, name), 'utf8')}`)

describe('a client that names what is not in the home', () => {
  let place = made()
  before(() => {
    removeFolder(place.folder)
    place = made()
  })
  after(() => removeFolder(place.folder))

  for (const profile of ['0.142', '0.169'] as const)
    it(`opens nothing outside of it through the app-server of ${profile}`, async () => {
      const { home, beside } = place
      const before = everything(beside)
      const client = await initialized(home, { profile, strict: false })
      const touched = await watchFiles(async () => {
        for (const { name } of METHODS)
          for (const text of hostileNames(home, beside)) {
            if (name === 'initialize') continue
            const params = Object.fromEntries(MEMBERS.map((member) => [member, text]))
            const answer = await client.ask(name, { ...params, cwd: home })
            expect(JSON.stringify(answer)).not.to.contain('a secret')
            // With an id of the home, so that what comes behind it is looked at, too.
            await client.ask(name, { ...params, threadId: idOf(2), name: 'x' })
          }
      })
      await client.close()
      expect(outside(touched, [home])).to.deep.equal([])
      expect(everything(beside)).to.deep.equal(before)
    }).timeout(600_000)

  it('opens nothing outside of it through the commands for threads', async () => {
    const { home, beside } = place
    const before = everything(beside)
    const ofThreads = COMMANDS.flatMap(formsOf).filter(({ args }) => args[0] === '<thread>')
    const touched = await watchFiles(async () => {
      for (const { title, args } of ofThreads)
        for (const text of hostileNames(home, beside)) {
          if (text.startsWith('-')) continue
          const words = args.filter((arg) => !arg.startsWith('[')).map(() => text)
          const done = await unroll([
            ...title.split(' '),
            ...words,
            '--home',
            home,
            '--index',
            'memory'
          ])
          expect(done.out).not.to.contain('a secret')
          expect([70, -1]).not.to.include(done.code)
        }
    })
    expect(ofThreads.length).to.be.greaterThan(10)
    expect(outside(touched, [home])).to.deep.equal([])
    expect(everything(beside)).to.deep.equal(before)
  }).timeout(600_000)
})
