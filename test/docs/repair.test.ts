// docs/REPAIR.md shows what the commands print. The method: make the damage it tells of, run every command of the page over it,
// and compare the whole page with itself, its blocks filled in anew. `UPDATE_DOCS=1` writes it.
import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openEngine } from '../../adapters/library.ts'
import { unroll } from '../adapters/cli/console.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { FILE, homeOf, metaOf, saidOf, stateOf, THREAD } from '../support/repairs.ts'

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'REPAIR.md')
const BLOCKS = /(?<=^```console\n)[\s\S]*?(?=^```$)/gm

const DAMAGED = [
  metaOf(THREAD),
  saidOf('Begin.').slice(0, 70),
  `${saidOf('Go on.')}${saidOf('Stop.')}`,
  saidOf('Never').slice(0, 50)
].join('\n')

describe('docs/REPAIR.md', () => {
  it('shows a repair as it goes, and the way back', async () => {
    const home = homeOf({ [FILE]: DAMAGED })
    const before = stateOf(home)
    const aside = temporaryFolder()
    let digest = ''
    const printed = async (typed: string): Promise<string> => {
      const words = typed.split(' ').slice(2)
      const real = words.map((word) =>
        word === 'plan.json' ? join(aside, word) : word === 'DIGEST' ? digest : word
      )
      const { out, err } = await unroll(real, {
        open: (options) => openEngine({ ...options, index: 'memory' }),
        tty: true,
        answer: 'y',
        columns: 120,
        env: { CODEX_HOME: home, NO_COLOR: '1' }
      })
      digest = /digest ([0-9a-f]{64})/.exec(err)?.[1] ?? digest
      return `${out}${err}`
        .replaceAll(digest === '' ? '\0' : digest, 'DIGEST')
        .replaceAll(`${aside}/`, '')
        .replaceAll(home, '~/.codex')
        .replace(/(?<=operation |undo )[0-9a-f-]{36}/g, '<operation>')
        .replace(/^[0-9a-f-]{13}(?= +\d{4}-)/gm, '<operation>'.padEnd(13))
        .replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, '2026-11-22 05:00')
    }
    try {
      const page = readFileSync(PAGE, 'utf8')
      const filled: Array<string> = []
      for (const block of page.match(BLOCKS) ?? []) {
        let text = ''
        for (const line of block.split('\n').filter((one) => one.startsWith('$ ')))
          text += `${line}\n${await printed(line)}`
        filled.push(text)
      }
      expect(filled).to.have.length(3)
      expect(stateOf(home)).to.deep.equal(before)
      let next = 0
      const renewed = page.replace(BLOCKS, () => filled[next++] ?? '')
      if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, renewed)
      expect(readFileSync(PAGE, 'utf8')).to.equal(renewed)
    } finally {
      removeFolder(home)
      removeFolder(aside)
    }
  })
})
