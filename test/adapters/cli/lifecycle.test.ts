// The commands that change a home, as a person types them.
import { expect } from 'chai'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { homeFiles } from '../../support/home-state.ts'
import { inHome } from './console.ts'

const PARENT = '01a1fd09-70c5-78c3-918b-98120b068bc3'
const [FIRST, SECOND, THIRD] = [
  '01a1fd09-71b0-7eb2-9cc8-3091d156fa49',
  '01a1fd09-741e-7e53-b6b9-98d75ec1a50b',
  '01a1fd09-761a-7c52-8483-81f04c007ad8'
]

describe('command line: changing a home', () => {
  let home: string
  const unroll = inHome(() => home)

  beforeEach(() => {
    home = copyHome('agents-169')
  })
  afterEach(() => removeFolder(home))

  it('shows a tree of agents, and who spawned a thread', async () => {
    expect(await unroll(['agents', PARENT])).to.deep.equal({
      code: 0,
      out: [
        PARENT,
        `|- ${FIRST}  closed  Russell`,
        `|- ${SECOND}  open  Peirce`,
        `\`- ${THIRD}  open  Leibniz  explorer`,
        ''
      ].join('\n'),
      err: ''
    })
    const { out } = await unroll(['agents', FIRST ?? '', '--json'])
    expect(JSON.parse(out)).to.deep.equal({
      threadId: FIRST,
      self: {
        parent: PARENT,
        depth: 1,
        path: null,
        nickname: 'Russell',
        role: null,
        threadId: FIRST,
        status: 'closed'
      },
      ancestors: [PARENT],
      children: []
    })
  })

  it('restores only at the revision that is expected', async () => {
    await unroll(['delete', FIRST ?? ''])
    const before = homeFiles(home)
    const refused = await unroll(['restore', '--expected-revision', '1'])
    expect(refused.code).to.equal(7)
    expect(homeFiles(home)).to.deep.equal(before)
    const revision = /is at revision (\d+), not at 1/.exec(refused.err)?.[1] ?? ''
    expect(await unroll(['restore', '--expected-revision', revision])).to.include({ code: 0 })
  })

  it('archives, says so, and names the opposite when asked twice', async () => {
    const ids = [PARENT, THIRD, SECOND, FIRST].map((id) => `${id}\n`).join('')
    const name = '"Can you count the narrow seedling twice…" and 3 sub-agents'
    const told = (did: string): string =>
      `${did}.\nundo: unroll undo --home ${home} --index memory\n`
    expect(await unroll(['archive', PARENT])).to.deep.equal({
      code: 0,
      out: ids,
      err: told(`Archived ${name}`)
    })
    expect(await unroll(['archive', PARENT])).to.deep.equal({
      code: 6,
      out: '',
      err: `unroll: thread ${PARENT} is archived already\ntype "unroll unarchive ${PARENT}" for the opposite\n`
    })
    const back = [PARENT, FIRST, SECOND, THIRD].map((id) => `${id}\n`).join('')
    expect(await unroll(['unarchive', PARENT])).to.deep.equal({
      code: 0,
      out: back,
      err: told(`Brought ${name} back from the archive`)
    })
  })

  it('tells which files a dry run would move, and moves none', async () => {
    const before = homeFiles(home)
    const { code, out } = await unroll(['archive', FIRST ?? '', '--dry-run'])
    const name = `rollout-2026-11-21T07-36-57-${FIRST}.jsonl`
    expect([code, out]).to.deep.equal([
      0,
      `sessions/2026/11/21/${name} → archived_sessions/${name}\n`
    ])
    expect(homeFiles(home)).to.deep.equal(before)
  })

  it('deletes and restores, lists both, and undoes', async () => {
    const before = homeFiles(home)
    await unroll(['delete', PARENT])
    expect(Object.keys(homeFiles(home))).to.deep.equal(['config.toml'])
    expect((await unroll(['restore', PARENT.slice(0, 20)])).code).to.equal(0)
    expect(homeFiles(home)).to.deep.equal(before)
    await unroll(['rename', PARENT, 'A name'])
    expect((await unroll(['threads', '--json'])).out).to.include('"name":"A name"')
    const { out } = await unroll(['log'])
    const shown = out
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t').slice(2, 5).join(' '))
    expect(shown).to.deep.equal([
      `rename done ${PARENT}`,
      `restore done ${PARENT}`,
      `delete undone ${PARENT}`
    ])
    const undone = await unroll(['undo'])
    expect([undone.code, undone.err.split('\n')[1]]).to.deep.equal([6, 'see "unroll log"'])
  })

  it('deletes for good only when the id is typed', async () => {
    const before = homeFiles(home)
    const argv = ['delete', FIRST ?? '', '--permanent']
    for (const answer of ['y', 'yes', FIRST ?? '', ''])
      expect((await unroll(argv, { tty: true, answer })).code).to.equal(9)
    expect((await unroll(argv)).code).to.equal(9)
    expect(homeFiles(home)).to.deep.equal(before)
    const typed = (FIRST ?? '').slice(0, 13)
    const { code, err } = await unroll(argv, { tty: true, answer: typed })
    const [question = '', ...told] = err.split('\n')
    const did = question
      .replace('Delete ', 'Deleted ')
      .replace(/, with its sub-agents\? Type .*/, '.')
    expect([code, told]).to.deep.equal([0, [did, '']])
    expect(Object.keys(homeFiles(home))).to.have.length(Object.keys(before).length - 1)
  })

  it('says which older operation can be undone, and skips to it', async () => {
    await unroll(['archive', FIRST ?? ''])
    await unroll(['rename', PARENT, 'A name'])
    const stuck = await unroll(['undo'])
    const [, older = ''] = (await unroll(['log'])).out
      .split('\n')
      .map((line) => line.split('\t')[0])
    expect([stuck.code, stuck.err.split('\n')[1]]).to.deep.equal([
      6,
      `the newest that can be undone is the archive before it: "unroll undo ${older}", or "unroll undo --skip"`
    ])
    const skipped = await unroll(['undo', '--skip'])
    expect([skipped.code, skipped.out]).to.deep.equal([0, `undid archive ${older} by unarchive\n`])
  })

  it('refuses another revision with exit code 7', async () => {
    const { code, out } = await unroll(['delete', PARENT, '--expected-revision', '1', '--json'])
    const { kind } = JSON.parse(out) as { readonly kind: string }
    expect([code, kind]).to.deep.equal([7, 'wrong_expected_revision'])
  })

  it('shows what was done to a thread that is gone', async () => {
    await unroll(['delete', FIRST ?? ''])
    const { code, out } = await unroll(['log', FIRST ?? '', '--json'])
    const { began, state } = JSON.parse(out) as {
      readonly began: { readonly operation: string; readonly by: { readonly actor: string } }
      readonly state: string
    }
    expect([code, began.operation, began.by.actor, state]).to.deep.equal([
      0,
      'delete',
      'cli',
      'done'
    ])
    expect((await unroll(['log', 'nothing'])).code).to.equal(3)
  })

  it('says what to type when there is nothing to restore', async () => {
    expect(await unroll(['restore'])).to.deep.equal({
      code: 6,
      out: '',
      err: 'unroll: the trash is empty\nsee what was deleted with "unroll log"\n'
    })
  })
})
