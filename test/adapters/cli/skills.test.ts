// unroll skills: the list of directories, what is said besides, and switching, as a person types it.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder } from '../../support/fixture-home.ts'
import { plantedRoot } from '../../support/planted-settings.ts'
import { jsonLines, unplaced, unroll } from './console.ts'

const skill = (name: string, description: string): string =>
  `---\nname: ${name}\ndescription: ${description}\n---\n`

const CONFIG = '# mine\n[plugins."p@m"]\nenabled = true'

describe('command line: skills', () => {
  let root = ''
  let user = ''
  let repo = ''
  beforeEach(() => {
    root = plantedRoot([
      { path: 'work/repo/.git/HEAD', text: '' },
      { path: 'work/repo/.agents/skills/dup/SKILL.md', text: skill('dup', 'Of the repository') },
      { path: 'user/.agents/skills/dup/SKILL.md', text: skill('dup', 'Of \u202ethe user') },
      { path: 'user/.agents/skills/none/SKILL.md', text: 'no front' },
      { path: 'user/.codex/config.toml', text: CONFIG },
      {
        path: 'user/.codex/plugins/cache/m/p/1.0.0/.codex-plugin/plugin.json',
        text: '{"name":"p"}'
      },
      { path: 'user/.codex/plugins/cache/m/p/1.0.0/skills/x/SKILL.md', text: skill('x', 'Of p') }
    ])
    user = join(root, 'user/.agents/skills')
    repo = join(root, 'work/repo')
  })
  afterEach(() => removeFolder(root))
  const at = (argv: ReadonlyArray<string>, tty = false) =>
    unroll([...argv, '--home', join(root, 'user/.codex'), '--index', 'memory'], {
      ...{ tty, cwd: repo, env: { HOME: join(root, 'user'), NO_COLOR: '1' } }
    }).then((done) => ({ ...done, err: unplaced(done.err) }))
  const config = (): string => readFileSync(join(root, 'user/.codex/config.toml'), 'utf8')
  const tail = (): string => `--home ${join(root, 'user/.codex')} --index memory`

  it('are listed as the server lists them, with files that are none', async () => {
    const { code, out, err } = await at(['skills', '--json'])
    const none = { name: null, scope: null, enabled: null, description: null, pluginId: null }
    const shared = { cwd: repo, enabled: true, pluginId: null, problem: null }
    const plugin = join(root, 'user/.codex/plugins/cache/m/p/1.0.0/skills/x/SKILL.md')
    expect([code, err, jsonLines(out)]).to.deep.equal([
      0,
      '',
      [
        {
          ...{ ...shared, name: 'dup', scope: 'repo', description: 'Of the repository' },
          path: join(repo, '.agents/skills/dup/SKILL.md')
        },
        {
          ...{ ...shared, name: 'dup', scope: 'user', description: 'Of \u202ethe user' },
          path: join(user, 'dup/SKILL.md')
        },
        {
          ...{ ...shared, name: 'p:x', scope: 'user', description: 'Of p', path: plugin },
          pluginId: 'p@m'
        },
        {
          ...{ ...none, cwd: repo, path: join(user, 'none/SKILL.md') },
          problem: 'missing YAML frontmatter delimited by ---'
        }
      ]
    ])
    expect(jsonLines((await at(['skills', root, '--json'])).out)).to.have.length(3)
  })

  it('are told to people with what several share, and what to do about a file that is none', async () => {
    const { out, err } = await at(['skills', '--no-header'], true)
    const cells = out.split('\n').map((line) => line.split(/ {2,}/).slice(0, 4).join('|'))
    expect(cells).to.deep.equal([
      'dup|repo|yes|Of the repository',
      'dup|user|yes|Of \\u202ethe user',
      'p:x|user|yes|Of p',
      ''
    ])
    expect(err.replaceAll('\n', ' ')).to.equal(
      '"dup" is the name of 2 skills, and none hides another: use the path of the one you mean ' +
        `unroll: ${join(user, 'none/SKILL.md')}: missing YAML frontmatter delimited by --- ` +
        'begin the file with a line ---, name, description and a line --- '
    )
  })

  it('are disabled by name and by path, enabled to the byte, and undone', async () => {
    const off = await at(['skills', 'disable', 'dup'])
    expect([off.code, off.out, off.err]).to.deep.equal([
      0,
      'dup\n',
      `Disabled the 2 skills called "dup".\nundo: unroll undo ${tail()}\n`
    ])
    expect(config()).to.equal(`${CONFIG}\n\n[[skills.config]]\nname = "dup"\nenabled = false`)
    const states = jsonLines((await at(['skills', '--json'])).out) as ReadonlyArray<{
      readonly enabled: boolean
    }>
    expect(states.map(({ enabled }) => enabled)).to.deep.equal([false, false, true, null])
    expect((await at(['skills', 'disable', 'dup'])).out).to.equal(
      'config.toml says so already, nothing to disable\n'
    )
    await at(['undo'])
    expect(config()).to.equal(CONFIG)
    const path = join(repo, '.agents/skills/dup/SKILL.md')
    const one = await at(['skills', 'disable', './.agents/skills/dup', '--json'])
    expect(jsonLines(one.out)).to.deep.equal([
      { by: 'path', value: path, enabled: false, changed: true }
    ])
    const still = await at(['skills', 'enable', 'dup'], true)
    expect(still.err.replaceAll(/\s+/g, ' ')).to.equal(
      `unroll: ${path} is still disabled by another entry type "unroll skills enable ${path}" `
    )
    await at(['skills', 'enable', path])
    expect(config()).to.equal(CONFIG)
  })

  it('are refused where there is none, and tried without a change', async () => {
    const none = await at(['skills', 'disable', 'nope'])
    expect([none.code, none.err]).to.deep.equal([
      3,
      'unroll: there is no skill "nope" here\nsee "unroll skills"\n'
    ])
    expect((await at(['skills', join(root, 'nowhere')])).code).to.equal(3)
    expect((await at(['skills', 'disable', 'p:x', '--dry-run'])).out).to.equal(
      'would disable the skill "p:x"\n'
    )
    expect(config()).to.equal(CONFIG)
  })
})
