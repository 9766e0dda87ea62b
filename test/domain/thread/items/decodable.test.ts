import { expect } from 'chai'
import { wellFormed } from '../../../../adapters/rpc/wire/message.ts'
import { approvalPolicyOf, effortOf } from '../../../../domain/client-words.ts'
import { decodable } from '../../../../domain/thread/items/decodable.ts'
import { PROFILES, type ProfileName } from '../../../../domain/log/profile.ts'
import type { ThreadItem } from '../../../../domain/protocol.ts'
import { protocolSource, protocolThreadSource } from '../../../../domain/source.ts'

// What clients of an era get of items that newer versions wrote, or that no version would write: words by the schemas that the
// binaries generate.

type Members = Readonly<Record<string, unknown>>

const told = (era: ProfileName, item: Members): unknown =>
  decodable({ id: 'i', ...item } as unknown as ThreadItem, {
    profile: PROFILES[era],
    absolute: (path) => (path.startsWith('/') ? path : `/here/${path}`)
  })

const command = (members: Members) => ({
  ...{ type: 'commandExecution', command: 'ls', cwd: '/w', source: 'agent' },
  ...{ status: 'completed', commandActions: [], exitCode: 0, durationMs: 1 },
  ...members
})

const call = (members: Members) => ({
  ...{ type: 'collabAgentToolCall', tool: 'wait', status: 'completed' },
  ...{ reasoningEffort: null, agentsStates: {} },
  ...members
})

describe('an item as clients decode it', () => {
  it('has absolute paths where a client of its era knows no others', () => {
    const read = { type: 'read', command: 'cat a', name: 'a', path: 'a' }
    const item = command({ cwd: 'w', commandActions: [read] })
    const there = { ...read, path: '/here/a' }
    expect(told('0.130', item))
      .to.include({ cwd: '/here/w' })
      .and.deep.include({
        commandActions: [there]
      })
    expect(told('0.142', item))
      .to.include({ cwd: 'w' })
      .and.deep.include({
        commandActions: [there]
      })
    expect(told('0.169', item)).to.deep.equal({ id: 'i', ...item })
    const view = { type: 'imageView', path: 'C:\\a.png' }
    expect(told('0.142', view)).to.deep.include({ path: '/here/C:\\a.png' })
    expect(told('0.169', view)).to.deep.include(view)
    const image = { type: 'imageGeneration', status: 'completed', savedPath: 'C:\\a.png' }
    expect(told('0.169', image)).to.not.have.property('savedPath')
    expect(told('0.169', { ...image, savedPath: '/a.png' })).to.have.property('savedPath', '/a.png')
  })

  it('is not shown to clients that have no word for what it is or how it ended', () => {
    expect(told('0.142', call({ tool: 'sendMessage' }))).to.equal(null)
    expect(told('0.169', call({ tool: 'sendMessage' }))).to.not.equal(null)
    expect(told('0.130', call({ status: 'interrupted' }))).to.equal(null)
    expect(told('0.169', command({ status: 'lost' }))).to.equal(null)
    expect(told('0.169', command({ source: 'x' }))).to.equal(null)
    expect(told('0.142', { type: 'subAgentActivity', kind: 'completed' })).to.equal(null)
    expect(told('0.169', { type: 'functionCallOutput', output: { x: 1 } })).to.equal(null)
  })

  it('says nothing where a value has no form that they decode', () => {
    const numbers = command({ exitCode: 2 ** 31, durationMs: 2 ** 63 })
    expect(told('0.169', numbers)).to.include({ exitCode: null, durationMs: null })
    expect(told('0.130', call({ reasoningEffort: 'max' }))).to.include({ reasoningEffort: null })
    expect(told('0.142', call({ reasoningEffort: 'max' }))).to.include({ reasoningEffort: 'max' })
    const states = { a: { status: 'running' }, b: { status: 'lost' } }
    expect(told('0.142', call({ agentsStates: states }))).to.deep.include({
      agentsStates: { a: { status: 'running' } }
    })
    const search = { type: 'webSearch', query: 'q', action: { type: 'search', query: 7 } }
    expect(told('0.142', search)).to.include({ action: null })
    const sound = { type: 'inputAudio', audioUrl: 'u' }
    const tool = { type: 'dynamicToolCall', status: 'completed', contentItems: [sound] }
    expect(told('0.142', tool)).to.deep.include({ contentItems: [] })
    expect(told('0.169', tool)).to.deep.include({ contentItems: [sound] })
    const said = { type: 'agentMessage', text: 't', phase: 'partial_answer' }
    expect(told('0.142', said)).to.include({ phase: null })
    expect(told('0.169', said)).to.include({ phase: 'partial_answer' })
  })
})

describe('a thread as clients decode it', () => {
  const spawn = (members: Members) => ({
    subagent: {
      thread_spawn: {
        ...{ parent_thread_id: '01960001-0000-7000-8000-000000000001', depth: 1 },
        ...members
      }
    }
  })

  it('comes from where they know a form of, else from somewhere', () => {
    const whole = spawn({ agent_path: '/root/a', agent_nickname: null, agent_role: null })
    for (const source of [whole, spawn({ agent_path: '/root/a', unknown: 1 })])
      expect(protocolSource(source)).to.deep.equal({ subAgent: whole.subagent })
    const odd = [
      { depth: 1.5 },
      { depth: 2 ** 31 },
      { parent_thread_id: 'x' },
      { agent_path: '/x' }
    ]
    for (const members of odd) expect(protocolSource(spawn(members))).to.equal('unknown')
    for (const source of [
      {},
      { custom: 5 },
      { subagent: 'x' },
      { subagent: 'review', custom: 'x' }
    ])
      expect(protocolSource(source)).to.equal('unknown')
    expect(protocolSource({ subagent: { other: 'x' } })).to.deep.equal({ subAgent: { other: 'x' } })
  })

  it('is for what its era has a word for', () => {
    expect(protocolThreadSource('guardian_review', PROFILES['0.130'])).to.equal(null)
    expect(protocolThreadSource('user', PROFILES['0.130'])).to.equal('user')
    expect(protocolThreadSource('guardian_review', PROFILES['0.142'])).to.equal('guardian_review')
    expect(effortOf('', PROFILES['0.142'])).to.equal(null)
    expect(approvalPolicyOf('on-failure', PROFILES['0.142'])).to.equal('on-failure')
    expect(approvalPolicyOf('on-failure', PROFILES['0.169'])).to.equal(null)
  })
})

describe('JSON for clients', () => {
  it('has no half of a surrogate pair, and keeps whole ones and texts that only look like one', () => {
    const value = { 'k\ud800': 'a\udfffb', whole: '😀', text: '\\ud800', both: '\\\ud800' }
    expect(wellFormed(value)).to.equal(
      '{"k\ufffd":"a\ufffdb","whole":"😀","text":"\\\\ud800","both":"\\\\\ufffd"}'
    )
  })
})
