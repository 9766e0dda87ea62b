// Switching skills: what is recorded, how it is taken back, and what becomes of the file itself.
import { expect } from 'chai'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withEntry, withEntryFlag, withoutEntry } from '../../../adapters/home/config-entries.ts'
import { switchSkill } from '../../../adapters/skills/switch.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { right } from '../../support/engines.ts'
import { left } from '../../support/wires.ts'
import { serverOf } from '../../support/rpc-client.ts'

const BLOCK = '[[skills.config]]\nname = "a"\nenabled = false\n'

describe('switching skills', () => {
  let home: string
  let config: string

  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'switch-')))
    config = join(home, 'config.toml')
  })
  afterEach(() => removeFolder(home))

  const text = (): string => readFileSync(config, 'utf8')
  const switched = (enabled: boolean, dryRun = false) => {
    const place = { home, userHome: home }
    return switchSkill(place, { by: 'name', value: 'a' }, enabled, { actor: 'test', dryRun })
  }

  it('is recorded, undone to the byte, and done again by undoing that', async () => {
    const before = '# mine\nmodel = "x" # m'
    writeFileSync(config, before)
    await right(() => switched(false))
    const after = text()
    const server = serverOf(home, {})
    const engine = await server.server.engine
    const [done] = await right(engine.operations({}))
    expect(done?.began).to.deep.include({
      operation: 'disable-skill',
      threadIds: [],
      arguments: { name: 'a' }
    })
    await right(engine.undo(null, { dryRun: true }))
    expect(text()).to.equal(after)
    const undone = await right(engine.undo(null))
    expect(text()).to.equal(before)
    await right(engine.undo(undone.operationId))
    expect(text()).to.equal(after)
    await right(() => switched(true))
    expect(text()).to.equal(before)
    await right(engine.undo(null))
    expect(text()).to.equal(after)
    await server.close()
  })

  it('makes a file only its owner can read, which an undo takes away', async () => {
    await right(() => switched(false))
    expect(text()).to.equal(BLOCK)
    expect(statSync(config).mode & 0o777).to.equal(0o600)
    const server = serverOf(home, {})
    const engine = await server.server.engine
    const undone = await right(engine.undo(null))
    expect(existsSync(config)).to.equal(false)
    await right(engine.undo(undone.operationId))
    expect(text()).to.equal(BLOCK)
    await server.close()
  })

  it('is not undone where the file changed since', async () => {
    await right(() => switched(false))
    writeFileSync(config, `${BLOCK}# more\n`)
    const server = serverOf(home, {})
    const engine = await server.server.engine
    const refused = left(await engine.undo(null)())
    expect(refused).to.deep.include({
      _tag: 'NotPossible',
      reason: `${config} was changed since`
    })
    expect(text()).to.equal(`${BLOCK}# more\n`)
    await server.close()
  })

  it('keeps mode and links, and changes nothing that is so already or only asked about', async () => {
    const real = join(home, 'mine.toml')
    writeFileSync(real, 'model = "x"\n')
    chmodSync(real, 0o440)
    symlinkSync(real, config)
    expect(await right(() => switched(true))).to.deep.include({ changed: false })
    expect(await right(() => switched(false, true))).to.deep.include({ changed: true })
    expect(existsSync(join(home, '.unroll'))).to.equal(false)
    expect(text()).to.equal('model = "x"\n')
    await right(() => switched(false))
    expect(text()).to.equal(`model = "x"\n\n${BLOCK}`)
    expect(lstatSync(config).isSymbolicLink()).to.equal(true)
    expect(statSync(real).mode & 0o777).to.equal(0o440)
  })

  it('is refused where it cannot be said without touching anything else', async () => {
    for (const broken of ['model = \n', 'skills = "x"\n', 'skills = { config = "x" }\n']) {
      writeFileSync(config, broken)
      expect(left(await switched(false))).to.deep.include({ _tag: 'NotPossible' })
      expect(text()).to.equal(broken)
    }
    writeFileSync(config, Buffer.from([0x78, 0xff]))
    expect(left(await switched(false))).to.deep.include({
      reason: `${config} is not UTF-8`
    })
    expect(existsSync(join(home, '.unroll', 'operations.jsonl'))).to.equal(false)
  })
})

describe('entries of lists in a configuration', () => {
  it('are added to what is empty or said in other ways, and nothing else changes', () => {
    const entry = { name: 'x' }
    const rows: ReadonlyArray<readonly [string, string]> = [
      ['', '[[a.b]]\nname = "x"\n'],
      ['a = { b = [] }\n', 'a = { b = [{ name = "x" }] }\n'],
      ['a.b = [\n  { name = "y" },\n]\n', 'a.b = [\n  { name = "y" }, { name = "x" }\n]\n'],
      ['[a]\nc = """\n[[a.b]]\n"""\n', '[a]\nc = """\n[[a.b]]\n"""\n\n[[a.b]]\nname = "x"\n']
    ]
    for (const [before, after] of rows) expect(withEntry(before, ['a', 'b'], entry)).to.equal(after)
  })

  it('get a flag that they lack, and go with the tables below them', () => {
    const text = '[[a.b]]\nname = "y"\n[a.b.c]\nd = 1\n[[a.b]]\nname = "x"\n'
    expect(withEntryFlag(text, ['a', 'b'], 1, 'on', true)).to.equal(
      '[[a.b]]\nname = "y"\n[a.b.c]\nd = 1\n[[a.b]]\non = true\nname = "x"\n'
    )
    expect(withoutEntry(text, ['a', 'b'], 0)).to.equal('[[a.b]]\nname = "x"\n')
  })
})
