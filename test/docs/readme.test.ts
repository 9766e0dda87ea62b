// The README shows what the program prints. The goal: it still does. The method: run every command and every
// message it shows over the sample home and compare the whole README with itself, its blocks filled in anew.
// `UPDATE_DOCS=1` writes it.
import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { defaultIndexDirectory } from '../../adapters/home/places.ts'
import { openEngine } from '../../adapters/library.ts'
import { unroll } from '../cli/console.ts'
import { copySample, removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { connected, type Message } from '../support/rpc-client.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const README = join(ROOT, 'README.md')
const EXAMPLE = join(ROOT, 'docs', 'examples', 'list-threads.mjs')

let home = ''

/** Words of a command line; double quotes keep words together. */
const words = (typed: string): ReadonlyArray<string> =>
  Array.from(typed.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '')

const printed = async (typed: string): Promise<string> => {
  const { code, out, err } = await unroll(words(typed).slice(1), {
    tty: true,
    columns: 100,
    env: { CODEX_HOME: home, NO_COLOR: '1' },
    open: (options) => openEngine({ ...options, index: 'memory' })
  })
  expect({ typed, code, err }).to.deep.equal({ typed, code: 0, err: '' })
  return out
    .replaceAll(defaultIndexDirectory(home), '~/.cache/unroll/<home id>')
    .replaceAll(home, '$CODEX_HOME')
}

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

/** Fills in the blocks of one language; true when the README had it all. */
const expectRenewed = async (
  language: string,
  fill: (block: string) => Promise<string>
): Promise<void> => {
  const readme = readFileSync(README, 'utf8')
  const blocks = new RegExp(`(?<=^\`\`\`${language}\\n)[\\s\\S]*?(?=^\`\`\`$)`, 'gm')
  const found = readme.match(blocks) ?? []
  expect(found.length).to.be.greaterThan(0)
  const filled = await found.reduce<Promise<ReadonlyArray<string>>>(
    async (earlier, block) => [...(await earlier), await fill(block)],
    Promise.resolve([])
  )
  let next = 0
  const renewed = readme.replace(blocks, () => filled[next++] ?? '')
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(README, renewed)
  expect(readFileSync(README, 'utf8')).to.equal(renewed)
}

/** Runs an example against the sources. */
const outputOf = (name: string, codexHome: string): string => {
  const library = pathToFileURL(join(ROOT, 'adapters', 'library.ts')).href
  const program = join(home, name)
  const text = readFileSync(join(ROOT, 'docs', 'examples', name), 'utf8')
  writeFileSync(program, text.replace(`'unroll'`, `'${library}'`))
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

  it('shows what every command prints', () =>
    expectRenewed('console', async (block) => {
      const [first = ''] = block.split('\n')
      return `${first}\n${await printed(first.slice('$ '.length))}`
    }))

  it('shows what the app-server answers', () => expectRenewed('json-rpc', conversation))

  it('shows the example program as it is', () =>
    expectRenewed('js', async () => readFileSync(EXAMPLE, 'utf8')))

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
