// Ids and paths lead to files in terminals that know links (OSC 8), and in nothing else: a pipe, a file and an unknown terminal get
// the same text without them.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { copySample, removeFolder } from '../../support/fixture-home.ts'
import { inHome, type Setting } from './console.ts'

const ID = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const SHORT = '01a1fcdb-41be'
const FILE = `sessions/2026/11/21/rollout-2026-11-21T06-46-30-${ID}.jsonl`

const linked = (path: string, text: string): string =>
  `\u001b]8;;file://${path}\u001b\\${text}\u001b]8;;\u001b\\`

describe('links in a terminal', () => {
  let home = ''
  const unroll = inHome(() => home)
  const knowing = (env: NodeJS.ProcessEnv): Setting => ({
    tty: true,
    env: { NO_COLOR: '1', ...env }
  })
  before(() => (home = copySample()))
  after(() => removeFolder(home))

  it('lead from a row to its rollout, without moving a column', async () => {
    const plain = (await unroll(['threads'], knowing({}))).out
    expect(plain).to.include(`\n${SHORT}  2026-11-21 06:46`)
    expect(plain).to.not.include('\u001b')
    const { out } = await unroll(['threads'], knowing({ TERM_PROGRAM: 'WezTerm' }))
    const row = out.split('\n').find((line) => line.includes(SHORT)) ?? ''
    expect(row.startsWith(`${linked(join(home, FILE), SHORT)}  2026-11-21 06:46`)).to.equal(true)
    // oxlint-disable-next-line no-control-regex -- the links
    expect(out.replaceAll(/\u001b\]8;;[^\u001b]*\u001b\\/g, '')).to.equal(plain)
  })

  it('lead from the facts of a thread and from what is found', async () => {
    const env = { FORCE_HYPERLINK: '1' }
    const shown = (await unroll(['show', SHORT], knowing(env))).out.split('\n')
    const path = join(home, FILE)
    expect(shown).to.include(`id          ${linked(path, ID)}`)
    expect(shown).to.include(`file        ${linked(path, path)}`)
    const found = (await unroll(['search', 'Spare', '--all'], knowing(env))).out
    expect(found).to.match(/^\u001b\]8;;file:.*\u001b\]8;;\u001b\\ {2}2026/m) // oxlint-disable-line no-control-regex
  })

  it('are for terminals that know them', async () => {
    const has = async (env: NodeJS.ProcessEnv, ...words: ReadonlyArray<string>) =>
      (await unroll(['threads', ...words], knowing(env))).out.includes('\u001b]8;;')
    expect(await has({ TERM_PROGRAM: 'Apple_Terminal' })).to.equal(false)
    expect(await has({ VTE_VERSION: '4900' })).to.equal(false)
    expect(await has({ VTE_VERSION: '7600' })).to.equal(true)
    expect(await has({ WT_SESSION: 'x' })).to.equal(true)
    expect(await has({ TERM: 'xterm-kitty' })).to.equal(true)
    expect(await has({ TERM: 'xterm-kitty', FORCE_HYPERLINK: '0' })).to.equal(false)
    expect(await has({ TERM_PROGRAM: 'vscode', TMUX: '/tmp/tmux' })).to.equal(false)
    expect(await has({ TERM_PROGRAM: 'vscode', TERM: 'dumb' })).to.equal(false)
    expect(await has({ FORCE_HYPERLINK: '1' }, '--color', 'never')).to.equal(false)
  })

  it('are in no pipe and no file', async () => {
    const env = { FORCE_HYPERLINK: '1', TERM_PROGRAM: 'WezTerm' }
    for (const words of [['threads'], ['threads', '--table'], ['show', SHORT], ['search', 'the']])
      expect((await unroll(words, { env })).out).to.not.include('\u001b')
    const path = join(home, 'out.txt')
    await unroll(['threads', '--table', '--out', path], knowing(env))
    expect(readFileSync(path, 'utf8')).to.include(SHORT).and.not.include('\u001b')
  })
})
