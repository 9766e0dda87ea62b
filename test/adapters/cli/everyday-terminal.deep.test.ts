// The list and the redrawn table on a real terminal: what they draw, and that nothing is left behind however they end.
import { expect } from 'chai'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { copySample, removeFolder } from '../../support/fixture-home.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const MAIN = `node --import tsx ${join(ROOT, 'adapters', 'cli', 'main.ts')}`
const SOCKET = `unroll-test-${process.pid}`
const THREAD = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'

const tmux = (...words: ReadonlyArray<string>): string =>
  execFileSync('tmux', ['-L', SOCKET, ...words], { encoding: 'utf8' })

const keys = (...words: ReadonlyArray<string>): string => tmux('send-keys', '-t', 'one', ...words)

const screen = (): string => tmux('capture-pane', '-t', 'one', '-p')

const until = async (text: string): Promise<string> => {
  for (;;) {
    const now = screen()
    if (now.includes(text)) return now
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

let home = ''

const start = async (columns: number, command: string): Promise<void> => {
  const env = `env CODEX_HOME=${home} XDG_CACHE_HOME=${home}/cache TERM=screen`
  const size = ['-x', String(columns), '-y', '20']
  tmux('new-session', '-d', '-s', 'one', ...size, `${env} PS1=ready: bash --norc --noprofile`)
  await until('ready:')
  keys('echo before', 'Enter')
  keys(command, 'Enter')
}

const ended = async (code: number): Promise<void> => {
  const left = await until(`code ${code}`)
  expect(left).to.contain('before')
  expect(left).to.not.contain('01a1fcef-e332')
  expect(
    tmux('display-message', '-t', 'one', '-p', '#{alternate_on} #{cursor_flag}').trim()
  ).to.equal('0 1')
}

describe('everyday commands on a terminal', function () {
  this.timeout(60_000)
  before(function () {
    // Without tmux there is no terminal to try this on.
    if (spawnSync('tmux', ['-V']).status !== 0)
      this.test?.parent?.eachTest((one) => (one.pending = true))
  })
  beforeEach(() => (home = copySample()))
  afterEach(() => {
    tmux('kill-server')
    removeFolder(home)
  })

  for (const columns of [60, 200])
    it(`chooses a thread at ${columns} columns`, async () => {
      await start(columns, `${MAIN} pick > ${home}/picked; echo code $?`)
      await until('7 of 7')
      keys('-l', 'queue 603')
      await until('> queue 603')
      keys('Enter')
      await ended(0)
      expect(readFileSync(join(home, 'picked'), 'utf8')).to.equal(`${THREAD}\n`)
    })

  it('shows the last turns beside the list, and follows a resize', async () => {
    await start(120, `${MAIN} pick > ${home}/picked; echo code $?`)
    await until('7 of 7')
    keys('Tab')
    await until('│   codex')
    tmux('resize-window', '-t', 'one', '-x', '70', '-y', '12')
    await until('move\n')
    expect(screen()).to.not.contain('│')
    keys('Escape')
    await ended(130)
  })

  it('drops bytes that are not UTF-8, and ends with Ctrl-C', async () => {
    await start(80, `${MAIN} pick > ${home}/picked; echo code $?`)
    await until('7 of 7')
    keys('-H', 'ff', 'fe', '67')
    await until('> g')
    keys('C-c')
    await ended(130)
  })

  it('redraws the list until q is typed, also after a resize', async () => {
    await start(100, `${MAIN} threads --watch; echo code $?`)
    await until('q ends')
    await until('01a1fcef-e332')
    tmux('resize-window', '-t', 'one', '-x', '60', '-y', '10')
    keys('q')
    await ended(0)
  })

  it('leaves nothing behind when it is terminated', async () => {
    await start(100, `(echo $BASHPID > ${home}/pid; exec ${MAIN} threads --watch); echo code $?`)
    await until('q ends')
    process.kill(Number(readFileSync(join(home, 'pid'), 'utf8')), 'SIGTERM')
    await ended(143)
  })
})
