// The goal: what a person set once holds everywhere, after options and the environment; a slip in the file is told and never
// passed over; nobody's file but their own is read.
import { expect } from 'chai'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { spendHome } from '../../support/spend-home.ts'
import { jsonLines, unroll } from './console.ts'

const THREAD = '01a1fcde-0000-7000-8000-00000000a000'

describe('settings of a person', () => {
  let person = ''
  let home = ''
  before(() => {
    const spends = [['2026-03-28T23:30:00.000Z', 1_000_000, 0, 0, 0]] as const
    home = spendHome([{ id: THREAD, model: 'made-model', spends }])
  })
  beforeEach(() => (person = temporaryFolder()))
  afterEach(() => removeFolder(person))
  after(() => removeFolder(home))

  const path = () => join(person, '.config', 'unroll', 'config.toml')
  const write = (text: string): void => {
    mkdirSync(join(person, '.config', 'unroll'), { recursive: true })
    writeFileSync(path(), text)
  }
  const run = (words: string, env: NodeJS.ProcessEnv = {}) =>
    unroll(words.split(' '), { env: { HOME: person, ...env }, columns: 200 })

  const why = async (words = 'help --why', env: NodeJS.ProcessEnv = {}) => {
    const { out } = await run(words, { PAGER: undefined, ...env })
    return Object.fromEntries(
      out
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split('\t'))
        .map(([setting, value, from]) => [setting, [value, from]])
    )
  }

  it('hold where neither an option nor the environment says otherwise, and say so', async () => {
    write(
      `home = "${home}"\ntz = "Asia/Tokyo"\nprices = "p.json"\npager = "most"\ncolor = "always"\n[aliases]\nmine = "usage daily"\n`
    )
    expect(await why()).to.deep.equal({
      home: [home, 'config.toml'],
      tz: ['Asia/Tokyo', 'config.toml'],
      prices: [join(person, '.config', 'unroll', 'p.json'), 'config.toml'],
      pager: ['most', 'config.toml'],
      color: ['always', 'config.toml'],
      store: ['none', 'default'],
      'alias mine': ['usage daily', 'config.toml']
    })
    const env = { CODEX_HOME: '/c', TZ: 'UTC', UNROLL_PRICES: '/p', PAGER: 'cat', NO_COLOR: '1' }
    expect(await why('help --why --home /x --color never', env)).to.deep.include({
      home: ['/x', '--home'],
      tz: ['UTC', '$TZ'],
      prices: ['/p', '$UNROLL_PRICES'],
      pager: ['cat', '$PAGER'],
      color: ['never', '--color']
    })
    expect((await why('help --why', env))['home']).to.deep.equal(['/c', '$CODEX_HOME'])
  })

  it('name a home, prices and words for a command line', async () => {
    write(
      `home = "${home}"\nprices = "p.json"\n[aliases]\nspent = "usage total --index 'memory'"\n`
    )
    const model = { model: '*', input: 3, cachedInput: 0, output: 0 }
    writeFileSync(
      join(person, '.config', 'unroll', 'p.json'),
      JSON.stringify({ currency: 'USD', models: [model] })
    )
    const { code, out, err } = await run('spent --json')
    expect([code, err]).to.deep.equal([0, ''])
    expect(jsonLines(out)[0]).to.deep.include({ totalTokens: 1_000_000, rows: 1 })
    expect(jsonLines(out)[0].cost.amount).to.equal('3')
  })

  it('colour what is printed, unless the environment forbids it', async () => {
    write('color = "always"\n')
    const turns = `turns ${THREAD} --home ${home} --index memory`
    const env = { HOME: person, XDG_CONFIG_HOME: 'relative-is-no-place' }
    const colored = await unroll(turns.split(' '), { env, tty: true })
    expect(colored.out).to.include('\u001b[1m')
    const plain = await unroll(turns.split(' '), { env: { ...env, NO_COLOR: '1' }, tty: true })
    expect(plain.out).to.not.include('\u001b')
  })

  const WRONG: ReadonlyArray<readonly [text: string, problem: string]> = [
    ['hoem = "/x"', 'unknown key "hoem"; did you mean home?'],
    ['redact = true', 'unknown key "redact"'],
    ['home = 3', 'home must be a text'],
    ['home = ""', 'home is empty'],
    ['color = "sometimes"', 'color is one of auto, always, never, not "sometimes"'],
    ['tz = "Mars/Olympus"', 'there is no time zone "Mars/Olympus"'],
    ['aliases = 3', '[aliases] must be a table'],
    ['[aliases]\nx = 3', 'the alias x must be a text'],
    ['[aliases]\nthreads = "usage"', 'the alias threads has the name of a command'],
    [
      '[aliases]\nx = "usgae daily"',
      'the alias x begins with "usgae", which is no command; did you mean usage?'
    ],
    ['home =', 'Invalid TOML document: invalid value']
  ]
  for (const [text, problem] of WRONG)
    it(`are refused: ${text.replace('\n', ' ')}`, async () => {
      write(text)
      const { code, out, err } = await run(`threads --home ${home} --index memory`)
      expect([code, out]).to.deep.equal([2, ''])
      expect(err.split('\n')[0]).to.equal(`unroll: cannot use ${path()}: ${problem}`)
    })

  it('keep neither help nor the version from being printed, whatever is wrong', async () => {
    write('nonsense')
    for (const words of ['help', '--version', 'usage --help']) {
      const { code, err } = await run(words)
      expect([words, code, err]).to.deep.equal([words, 0, ''])
    }
    expect((await run('help --why')).code).to.equal(2)
  })

  it('stand where XDG_CONFIG_HOME says', async () => {
    write('pager = "not this"')
    const other = join(person, 'other')
    mkdirSync(join(other, 'unroll'), { recursive: true })
    writeFileSync(join(other, 'unroll', 'config.toml'), 'pager = "this"')
    expect((await why('help --why', { XDG_CONFIG_HOME: other }))['pager']).to.deep.equal([
      'this',
      'config.toml'
    ])
  })
})
