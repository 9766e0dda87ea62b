// The goal: Tab offers what can be typed, in every shell; what the scripts offer is the whole command table, and threads and turns
// come from the index as it is, without folding anything.
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMMANDS, formsOf, GLOBAL_OPTIONS } from '../../../adapters/cli/table/commands.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { spendHome, turnIdOf } from '../../support/spend-home.ts'
import { unroll } from './console.ts'

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const

const scripts = new Map<string, string>()
const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined
/** A terminal for a program; the `script` of BSD takes other options. */
const hasTerminal = (): boolean =>
  /util-linux/.test(String(spawnSync('script', ['--version']).stdout))

/** A test that is pending, with the reason in its title, where something is not installed. */
const where = (isThere: boolean, title: string, missing: string, test: () => void): void =>
  void (isThere ? it(title, test) : it(`${title} (pending: ${missing})`))

describe('unroll completion', () => {
  let folder = ''
  before(async () => {
    folder = temporaryFolder()
    for (const shell of SHELLS) scripts.set(shell, (await unroll(['completion', shell])).out)
  })
  after(() => removeFolder(folder))

  for (const shell of SHELLS)
    it(`has every command, word, option and choice for ${shell}`, () => {
      const script = scripts.get(shell) ?? ''
      const words = new Set(script.split(/[^\w@.-]+/))
      const options = [
        ...GLOBAL_OPTIONS,
        ...COMMANDS.flatMap(formsOf).flatMap((form) => form.options)
      ]
      const wanted = [
        ...COMMANDS.flatMap(({ name, words: inside = [] }) => [
          name,
          ...inside.map((each) => each.name)
        ]),
        ...options.map(({ name }) => (shell === 'fish' ? name : `--${name}`)),
        ...options.flatMap(({ choices = [] }) => choices)
      ]
      expect(wanted.filter((word) => !words.has(word))).to.deep.equal([])
    })

  for (const shell of ['bash', 'zsh', 'fish'] as const)
    where(has(shell), `is read by ${shell} without complaint`, `there is no ${shell}`, () => {
      const path = join(folder, `script.${shell}`)
      writeFileSync(path, scripts.get(shell) ?? '')
      const { status, stderr } = spawnSync(shell, ['-n', path], { encoding: 'utf8' })
      expect([status, stderr]).to.deep.equal([0, ''])
    })

  where(has('fish'), 'offers words, options and choices in fish', 'there is no fish', () => {
    writeFileSync(join(folder, 'c.fish'), scripts.get('fish') ?? '')
    const typed = (line: string): string =>
      spawnSync(
        'fish',
        ['--no-config', '-c', `source ${join(folder, 'c.fish')}; complete -C '${line}'`],
        {
          encoding: 'utf8'
        }
      ).stdout
    expect(typed('unroll usage wee')).to.equal('weekly\tReport tokens by week\n')
    expect(typed('unroll threads --lim').split('\t')[0]).to.equal('--limit')
    expect(typed('unroll threads --sort cre').split('\t')[0]).to.equal('created_at')
  })

  describe('on a terminal', () => {
    /** A line that is typed, with tabs, and what the command gets then. */
    const CASES: ReadonlyArray<readonly [typed: string, gets: string]> = [
      ['unroll thr\t', '<threads>'],
      ['unroll usage wee\t', '<usage><weekly>'],
      ['unroll threads --sort cre\t', '<threads><--sort><created_at>'],
      ['unroll threads --sort=cre\t', '<threads><--sort=created_at>'],
      ['unroll threads --lim\t 3', '<threads><--limit><3>'],
      ['unroll audit se\t', '<audit><seal>'],
      ['unroll help wh\t', '<help><wh>'],
      ['unroll show earl\t', '<show><01a1fcde-3abc>'],
      ['unroll show 01a1fcde-3abc --turn 01\t', '<show><01a1fcde-3abc><--turn><01a1fcdc-4821>'],
      ['unroll show 01a1f\t\t\t', '<show><01a1fcd>'],
      ['unroll audit verify FOLDER/a-fi\t', '<audit><verify><FOLDER/a-file>'],
      ['unroll --home FOLDER/a-fol\t threads', '<--home><FOLDER/a-folder/><threads>']
    ]

    /** What the program answers to a line that ends so. */
    const ANSWERS = [
      ['show earl', '01a1fcde-3abc\tEarly hinge\n'],
      ['--turn 01', '01a1fcdc-4821\t#16 Can you\n'],
      ['show 01a1f', '01a1fcdb-41be\tSpare queue\n01a1fcdc-359a\tCan you $(rm -r /) `it`\n']
    ] as const

    const title = 'bash puts on the line what was meant, and lists names where several are'
    const missing = 'there is no bash, or no `script` of util-linux to give it a terminal'
    where(has('bash') && hasTerminal(), title, missing, () => {
      const program = join(folder, 'unroll')
      const cases = ANSWERS.map(([end, rows]) => `  *'${end}'*) printf %s '${rows}' ;;`).join('\n')
      writeFileSync(program, `#!/bin/sh\ncase "$*" in\n${cases}\nesac\n`)
      chmodSync(program, 0o755)
      writeFileSync(join(folder, 'a-file'), '')
      mkdirSync(join(folder, 'a-folder'))
      writeFileSync(join(folder, 'c.bash'), scripts.get('bash') ?? '')
      const got = join(folder, 'got')
      const start = [
        `PS1= PATH=${folder}:$PATH`,
        'bind "set bell-style none"',
        'bind "set page-completions off"',
        'bind "set completion-query-items 0"',
        `unroll() { if [[ $1 == __complete ]]; then command unroll "$@"; else { printf '<%s>' "$@"; echo; } >> ${got}; fi; }`,
        `source ${join(folder, 'c.bash')}`
      ]
      writeFileSync(join(folder, 'rc'), `${start.join('\n')}\n`)
      const lines = CASES.map(([typed]) => `${typed.replace('FOLDER', folder)}\n`).join('')
      const { stdout } = spawnSync(
        'script',
        ['-qec', `bash --noprofile --rcfile ${join(folder, 'rc')} -i`, '/dev/null'],
        { input: `${lines}exit\n`, encoding: 'utf8', env: { ...process.env, TERM: 'dumb' } }
      )
      expect(readFileSync(got, 'utf8').split('\n')).to.deep.equal([
        ...CASES.map(([, gets]) => gets.replace('FOLDER', folder)),
        ''
      ])
      expect(stdout).to.include('01a1fcdb-41be  Spare queue')
      expect(stdout).to.include('01a1fcdc-359a  Can you $(rm -r /) `it`')
    })
  })

  it('is installed into the usual folder, and says which', async () => {
    const person = join(folder, 'person')
    const install = async (shell: string, env: NodeJS.ProcessEnv = {}) => {
      const { code, out, err } = await unroll(['completion', shell, '--install'], {
        env: { HOME: person, ...env }
      })
      return [code, out, err.split('\n')[0]]
    }
    const PLACES: ReadonlyArray<readonly [string, string]> = [
      ['bash', '.local/share/bash-completion/completions/unroll'],
      ['zsh', '.local/share/zsh/site-functions/_unroll'],
      ['fish', '.config/fish/completions/unroll.fish']
    ]
    for (const [shell, place] of PLACES) {
      expect(await install(shell)).to.deep.equal([0, '', `Wrote ${join(person, place)}`])
      expect(readFileSync(join(person, place), 'utf8')).to.equal(scripts.get(shell))
      expect(existsSync(`${join(person, place)}.tmp`)).to.equal(false)
    }
    const data = join(folder, 'data')
    const [, , told] = await install('bash', { XDG_DATA_HOME: data })
    expect(told).to.equal(`Wrote ${join(data, 'bash-completion/completions/unroll')}`)
  })
})

describe('unroll __complete', () => {
  const NAMED = '01a1fcde-0000-7000-8000-00000000a000'
  const OTHER = '01a1fcdf-0000-7000-8000-00000000b000'
  let home = ''
  let index = ''
  const ask = async (...words: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
    const { code, out, err } = await unroll([
      '__complete',
      '--home',
      home,
      '--index',
      index,
      ...words
    ])
    expect([code, err]).to.deep.equal([0, ''])
    return out.split('\n').slice(0, -1)
  }
  before(async () => {
    home = spendHome([
      {
        id: NAMED,
        model: 'm',
        spends: [
          ['2026-03-28T23:00:00.000Z', 1, 0, 1, 0],
          ['2026-03-28T23:01:00.000Z', 1, 0, 1, 0]
        ]
      },
      { id: OTHER, model: 'm', spends: [['2026-03-29T12:00:00.000Z', 1, 0, 1, 0]] }
    ])
    const name = {
      id: NAMED,
      thread_name: 'Watering\u001b[31m the\tgearbox',
      updated_at: '2026-03-29T22:00:00Z'
    }
    writeFileSync(join(home, 'session_index.jsonl'), `${JSON.stringify(name)}\n`)
    index = join(home, 'an-index')
    expect(await ask('show', '')).to.deep.equal([])
    expect(existsSync(index)).to.equal(false)
    await unroll(['show', NAMED, '--home', home, '--index', index])
    await unroll(['threads', '--home', home, '--index', index])
  })
  after(() => removeFolder(home))

  const FIRST = '01a1fcde-0000\tWatering\\x1b[31m the gearbox'
  const SECOND = '01a1fcdf-0000\tquestion 1'

  it('names threads by the beginning of an id, newest first, harmlessly', async () => {
    expect(await ask('show', '')).to.deep.equal([SECOND, FIRST])
    expect(await ask('show', '01A1FCDE')).to.deep.equal([FIRST])
    expect(await ask('show', '01a1fcde-0000-7')).to.deep.equal([
      FIRST.replace('01a1fcde-0000', NAMED)
    ])
    expect(await ask('show', 'zzz')).to.deep.equal([])
  })

  it('takes a part of a name for its thread', async () => {
    expect(await ask('show', 'wAter')).to.deep.equal([FIRST])
  })

  it('knows where a thread may stand', async () => {
    for (const words of [
      ['tail', NAMED, '01a1fcdf'],
      ['threads', '--parent', '01a1fcdf'],
      ['usage', 'thread', '01a1fcdf'],
      ['review', 'start', '01a1fcdf'],
      ['ls', '--limit', '3', '--parent', '01a1fcdf']
    ])
      expect([words, await ask(...words)]).to.deep.equal([words, [SECOND]])
    for (const words of [
      ['show', NAMED, ''],
      ['search', ''],
      ['nonsense', ''],
      ['show', '--only', '']
    ])
      expect([words, await ask(...words)]).to.deep.equal([words, []])
  })

  it('names the turns of the thread on the line, newest first', async () => {
    expect(await ask('show', 'Watering\u001b[31m the\tgearbox', '--turn', '')).to.deep.equal([
      `${turnIdOf(NAMED, 1)}\t#2 question 2`,
      `${turnIdOf(NAMED, 0)}\t#1 question 1`
    ])
    expect(await ask('show', '--turn', '', NAMED, '--turn', turnIdOf(NAMED, 0))).to.deep.equal([
      `${turnIdOf(NAMED, 0)}\t#1 question 1`
    ])
  })
})
