/**
 * Documents that show what the program prints: their blocks are filled in anew and compared. `UPDATE_DOCS=1` writes them.
 */
import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { defaultIndexDirectory } from '../../adapters/home/places.ts'
import { openEngine } from '../../adapters/library.ts'
import { unroll } from '../adapters/cli/console.ts'

/** Words of a command line; double quotes keep words together. */
export const wordsOf = (typed: string): ReadonlyArray<string> =>
  Array.from(typed.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '')

/** What a command line prints over a home; `code` is its exit code. */
const printed = async (typed: string, home: string): Promise<string> => {
  const { code, out, err } = await unroll(wordsOf(typed).slice(1), {
    tty: true,
    columns: 100,
    env: { CODEX_HOME: home, NO_COLOR: '1' },
    open: (options) => openEngine({ ...options, index: 'memory' })
  })
  // A difference that was found is no failure.
  expect({ typed, code }).to.deep.equal({ typed, code: /^unroll diff /.test(typed) ? 1 : 0 })
  // A terminal shows both.
  return `${out}${err}`
    .replaceAll(defaultIndexDirectory(home), '~/.cache/unroll/<home id>')
    .replaceAll(home, '$CODEX_HOME')
}

/** Fills in the blocks of one language and compares. */
export const expectRenewed = async (
  path: string,
  language: string,
  fill: (block: string) => Promise<string>
): Promise<void> => {
  const text = readFileSync(path, 'utf8')
  const blocks = new RegExp(`(?<=^\`\`\`${language}\\n)[\\s\\S]*?(?=^\`\`\`$)`, 'gm')
  const found = text.match(blocks) ?? []
  expect(found.length).to.be.greaterThan(0)
  const filled = await found.reduce<Promise<ReadonlyArray<string>>>(
    async (earlier, block) => [...(await earlier), await fill(block)],
    Promise.resolve([])
  )
  let next = 0
  const renewed = text.replace(blocks, () => filled[next++] ?? '')
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, renewed)
  expect(readFileSync(path, 'utf8')).to.equal(renewed)
}

/** The commands of a document print over a home what it shows. */
export const expectCommands = (path: string, home: () => string): Promise<void> =>
  expectRenewed(path, 'console', async (block) => {
    const [first = ''] = block.split('\n')
    return `${first}\n${await printed(first.slice('$ '.length), home())}`
  })
