// The list and the redrawn table on a real terminal: what they draw, and that nothing is left behind however they end.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { copySample, removeFolder } from '../../support/fixture-home.ts'
import { hasTmux, tmuxTerminal, type TmuxTerminal } from '../../support/tmux.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const MAIN = `node --import tsx ${join(ROOT, 'adapters', 'cli', 'main.ts')}`
const THREAD = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'

let home = ''
let terminal: TmuxTerminal

const until = (text: string): Promise<string> => terminal.until((screen) => screen.includes(text))

const start = async (columns: number, command: string): Promise<void> => {
  const env = `env CODEX_HOME=${home} XDG_CACHE_HOME=${home}/cache TERM=screen`
  terminal = tmuxTerminal(`${env} PS1=ready: bash --norc --noprofile`, { columns, rows: 20 })
  await until('ready:')
  terminal.keys('echo before', 'Enter')
  terminal.keys(command, 'Enter')
}

const ended = async (code: number): Promise<void> => {
  const left = await until(`code ${code}`)
  expect(left).to.contain('before')
  expect(left).to.not.contain('01a1fcef-e332')
  expect(terminal.fact('#{alternate_on} #{cursor_flag}')).to.equal('0 1')
}

describe('everyday commands on a terminal', function () {
  this.timeout(600_000)
  before(function () {
    // Without tmux there is no terminal to try this on.
    if (!hasTmux()) this.test?.parent?.eachTest((one) => (one.pending = true))
  })
  beforeEach(() => (home = copySample()))
  afterEach(() => {
    terminal.close()
    removeFolder(home)
  })

  for (const columns of [60, 200])
    it(`chooses a thread at ${columns} columns`, async () => {
      await start(columns, `${MAIN} pick > ${home}/picked; echo code $?`)
      await until('7 of 7')
      terminal.type('queue 603')
      await until('> queue 603')
      terminal.keys('Enter')
      await ended(0)
      expect(readFileSync(join(home, 'picked'), 'utf8')).to.equal(`${THREAD}\n`)
    })

  it('shows the last turns beside the list, and follows a resize', async () => {
    await start(120, `${MAIN} pick > ${home}/picked; echo code $?`)
    await until('7 of 7')
    terminal.keys('Tab')
    await until('│   codex')
    terminal.resize(70, 12)
    await until('move\n')
    expect(terminal.screen()).to.not.contain('│')
    terminal.keys('Escape')
    await ended(130)
  })

  it('drops bytes that are not UTF-8, and ends with Ctrl-C', async () => {
    await start(80, `${MAIN} pick > ${home}/picked; echo code $?`)
    await until('7 of 7')
    terminal.keys('-H', 'ff', 'fe', '67')
    await until('> g')
    terminal.keys('C-c')
    await ended(130)
  })

  it('redraws the list until q is typed, also after a resize', async () => {
    await start(100, `${MAIN} threads --watch; echo code $?`)
    await until('q ends')
    await until('01a1fcef-e332')
    terminal.resize(60, 10)
    terminal.keys('q')
    await ended(0)
  })

  it('leaves nothing behind when it is terminated', async () => {
    await start(100, `(echo $BASHPID > ${home}/pid; exec ${MAIN} threads --watch); echo code $?`)
    await until('q ends')
    process.kill(Number(readFileSync(join(home, 'pid'), 'utf8')), 'SIGTERM')
    await ended(143)
  })
})
