// The README and the tour show what the program prints. The goal: it still does. The method: run every command and every
// message they show over the sample home and compare the whole page with itself, its blocks filled in anew.
// `UPDATE_DOCS=1` writes it.
import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { copySample, removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { expectCommands, expectRenewed } from '../support/renewed.ts'
import { connected, type Message } from '../support/rpc-client.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const README = join(ROOT, 'README.md')
const TOUR = join(ROOT, 'docs', 'TOUR.md')
const EXAMPLE = join(ROOT, 'docs', 'examples', 'list-threads.mjs')

let home = ''

/** Sends the lines that begin with `> `; shows them with the answers, but for the handshake, which names the machine. */
const conversation = async (block: string): Promise<string> => {
  const client = connected(home, { profile: '0.169', strict: false })
  const shown: Array<string> = []
  try {
    for (const line of block.split('\n').filter((one) => one.startsWith('> '))) {
      shown.push(line)
      const { id, method } = JSON.parse(line.slice(2)) as Message
      const answers = (await client.send(line.slice(2))).filter((message) => message['id'] === id)
      if (method !== 'initialize') shown.push(...answers.map((one) => `< ${JSON.stringify(one)}`))
    }
  } finally {
    await client.close()
  }
  return `${shown.join('\n')}\n`
}

/** Runs an example against the sources. */
const outputOf = (name: string, codexHome: string): string => {
  const library = pathToFileURL(join(ROOT, 'adapters', 'library.ts')).href
  const program = join(home, name)
  const text = readFileSync(join(ROOT, 'docs', 'examples', name), 'utf8')
  writeFileSync(program, text.replace(`'codex-unroll'`, `'${library}'`))
  return execFileSync(process.execPath, ['--import', 'tsx', program, codexHome], {
    cwd: ROOT,
    encoding: 'utf8'
  })
}

describe('README', () => {
  before(() => {
    home = copySample()
  })
  after(() => removeFolder(home))

  it('shows what every command prints', () => expectCommands(README, () => home))

  it('has a tour that does, too', () => expectCommands(TOUR, () => home))

  it('shows what the app-server answers', () => expectRenewed(README, 'json-rpc', conversation))

  it('shows the example program as it is', () =>
    expectRenewed(README, 'js', async () => readFileSync(EXAMPLE, 'utf8')))

  it('has an example program that plays a turn', () => {
    const empty = temporaryFolder()
    expect(outputOf('scripted-turn.mjs', empty).split('\n')).to.deep.equal([
      'completed userMessage agentMessage agentMessage',
      'user assistant function_call function_call_output assistant',
      ''
    ])
    removeFolder(empty)
  })

  it('has an example program that runs', () => {
    const output = outputOf('list-threads.mjs', home)
    expect(output.split('\n').map((line) => line.split(' ').slice(0, 2))).to.deep.equal([
      ['01a1fcf0-7dc2-7310-8c90-03c7e4614852', 'completed'],
      ['01a1fcef-e332-7322-acc8-36820d338696', 'completed'],
      ['01a1fcde-3abc-7921-ae69-8e353aa02221', 'completed'],
      ['']
    ])
  })
})
