// unroll append: what a script may rely on. Nothing is written unless everything is.
import { expect } from 'chai'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder } from '../../support/fixture-home.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../support/rollouts.ts'
import { inHome } from './console.ts'

const ID = idOf(1)
const NOW = '1970-01-01T00:00:00.000Z'
const input = (...messages: ReadonlyArray<string>): string =>
  linesOf(
    messages.map((message) =>
      JSON.stringify({ type: 'event_msg', payload: { type: 'user_message', message } })
    )
  )
const stamped = (...messages: ReadonlyArray<string>): string =>
  linesOf(
    messages.map((message) =>
      JSON.stringify({
        timestamp: NOW,
        type: 'event_msg',
        payload: { type: 'user_message', message }
      })
    )
  )

describe('command line: append', () => {
  let home = ''
  let path = ''
  const unroll = inHome(() => home)
  const text = () => readFileSync(path, 'utf8')
  beforeEach(() => {
    home = emptyHome()
    path = rolloutPath(home, ID)
    writeRollout(path, linesOf([metaLine(ID), userLine('one')]))
  })
  afterEach(() => removeFolder(home))

  it('appends the events of stdin and prints the new revision', async () => {
    const before = text()
    const done = await unroll(['append', ID], { input: input('two', 'three') })
    expect(done).to.deep.equal({
      code: 0,
      out: '4\n',
      err: 'Appended 2 events to "one"; it has 4 now.\n'
    })
    expect(text()).to.equal(before + stamped('two', 'three'))
  })

  it('appends the events of a file, gives its own numbers, and prints places with --json', async () => {
    const file = join(home, 'events.jsonl')
    const ordinal = { ordinal: 77 }
    writeFileSync(
      file,
      `\n${linesOf([JSON.stringify({ ...JSON.parse(userLine('two')), ...ordinal })])}`
    )
    const offset = text().length
    const { code, out } = await unroll(['append', ID, '--file', file, '--json'])
    expect([code, JSON.parse(out)]).to.deep.equal([
      0,
      {
        streamId: ID,
        from: { revision: 2, segment: 0, offset },
        next: { revision: 3, segment: 0, offset: text().length },
        path
      }
    ])
    expect(text().slice(offset)).to.equal(linesOf([userLine('two')]))
  })

  it('names every bad line and appends none', async () => {
    const before = text()
    const bad = `${input('two')}not json\n\n[]\n{"type":"event_msg","payload":{"type":"user_message"}}\n`
    const { code, err } = await unroll(['append', ID], { input: bad })
    expect([code, err.split('\n')[0]]).to.deep.equal([
      2,
      'unroll: line 2: it is not JSON; line 4: it is not an object; line 5: its payload is not one of its type'
    ])
    expect(text()).to.equal(before)
  })

  it('appends only at the expected revision', async () => {
    const before = text()
    const stale = await unroll(['append', ID, '--expected-revision', '1', '--json'], {
      input: input('two')
    })
    expect([stale.code, JSON.parse(stale.out).kind]).to.deep.equal([7, 'wrong_expected_revision'])
    expect(text()).to.equal(before)
    const fresh = await unroll(['append', ID, '--expected-revision', '2'], { input: input('two') })
    expect(fresh).to.deep.include({ code: 0, out: '3\n' })
    const odd = await unroll(['append', ID, '--expected-revision', 'soon'], { input: input('x') })
    expect(odd.code).to.equal(2)
  })

  it('begins a thread where none is expected', async () => {
    const id = idOf(2)
    const argv = ['append', id, '--expected-revision', 'no_stream']
    const done = await unroll(argv, { input: linesOf([metaLine(id), userLine('hello')]) })
    expect(done).to.deep.equal({
      code: 0,
      out: '2\n',
      err: 'Appended 2 events to "hello"; it has 2 now.\n'
    })
    expect(readFileSync(rolloutPath(home, id), 'utf8')).to.equal(
      linesOf([metaLine(id), userLine('hello')])
    )
    const again = await unroll(argv, { input: linesOf([metaLine(id)]) })
    expect(again.code).to.equal(7)
  })

  it('shows what it would write with --dry-run, and refuses what it would refuse', async () => {
    const before = text()
    const dry = await unroll(['append', ID, '--dry-run'], { input: input('two') })
    expect(dry).to.deep.equal({ code: 0, out: stamped('two'), err: '' })
    const json = await unroll(['append', ID, '--dry-run', '--json'], { input: input('two') })
    expect(JSON.parse(json.out)).to.deep.equal({
      streamId: ID,
      revision: 2,
      lines: [stamped('two').trimEnd()]
    })
    const stale = ['append', ID, '--dry-run', '--expected-revision', '9']
    expect((await unroll(stale, { input: input('two') })).code).to.equal(7)
    expect(text()).to.equal(before)
    expect(existsSync(join(home, '.unroll'))).to.equal(false)
  })
})
