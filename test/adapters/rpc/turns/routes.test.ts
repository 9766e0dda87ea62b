import { expect } from 'chai'
import { METHODS } from '../../../../adapters/rpc/methods/methods.ts'
import { createFilters } from '../../../../adapters/rpc/turns/filters.ts'
import { eraOf } from '../../../../adapters/rpc/turns/era.ts'
import { UNOWNED, type Owned } from '../../../../adapters/rpc/turns/owner.ts'
import {
  FAMILIES,
  ROUTES,
  routeOf,
  rowOf,
  ROWS,
  threadIn,
  type RouteFamily
} from '../../../../adapters/rpc/turns/routes.ts'

describe('the routes between unroll and a Codex that runs turns', () => {
  it('are known words, and every row fits a method', () => {
    const names = METHODS.map(({ name }) => name)
    const idle = ROWS.filter(
      ({ pattern }) => !names.some((name) => rowOf(name).pattern === pattern)
    )
    const odd = ROWS.filter(
      ({ route, family }) =>
        !Object.hasOwn(ROUTES, route) || (family !== null && !Object.hasOwn(FAMILIES, family))
    )
    expect([idle, odd]).to.deep.equal([[], []])
  })

  it('keep reading, lists, search and everything of our own here', () => {
    const here = METHODS.map(({ name }) => name).filter((name) => routeOf(name, {}) === 'unroll')
    expect(here.filter((name) => !name.startsWith('unroll/'))).to.deep.equal([
      'thread/list',
      'thread/search',
      'thread/searchOccurrences',
      'getConversationSummary'
    ])
  })

  it('load a thread for what needs a model, and for nothing that an interface asks when it opens', () => {
    const loading = METHODS.map(({ name }) => name).filter((name) => routeOf(name, {}) === 'load')
    expect(loading).to.deep.equal([
      'thread/sample',
      'thread/prediction/request',
      'thread/queue/add',
      'thread/queue/start',
      'thread/compact/start',
      'thread/shellCommand',
      'thread/approveGuardianDeniedAction',
      'thread/rollback',
      'thread/revert',
      'thread/guardianReview',
      'thread/inject_items',
      'thread/prepareApprovedPlan',
      'turn/start',
      'thread/realtime/start',
      'review/start'
    ])
  })

  it('stay here where a family is switched off, and where a point of the past is asked for', () => {
    const off = (...families: ReadonlyArray<RouteFamily>) => new Set<RouteFamily>(families)
    expect([
      routeOf('command/exec', {}, off('commands')),
      routeOf('command/exec', {}, off('files', 'account', 'config')),
      routeOf('thread/shellCommand', {}, off('commands')),
      routeOf('fs/writeFile', {}, off('files')),
      routeOf('account/login/start', {}, off('account')),
      routeOf('account/read', {}, off('account')),
      routeOf('config/value/write', {}, off('config')),
      routeOf('config/read', {}, off('config')),
      routeOf('thread/read', { at: { revision: 1 } }),
      routeOf('brand/new', {})
    ]).to.deep.equal([
      'unroll',
      'child',
      'unroll',
      'unroll',
      'unroll',
      'child,soon',
      'unroll',
      'child,soon',
      'unroll',
      'child'
    ])
  })

  it('find the thread of a request, an answer and a notification', () => {
    expect(
      [{ threadId: 'A' }, { thread: { id: 'b' } }, { threadId: '' }, {}, null].map(threadIn)
    ).to.deep.equal(['a', 'b', null, null, null])
  })

  it('know the era of a Codex by what it calls itself', () => {
    expect(
      [
        'codex-cli 0.142.5',
        'codex-tui/0.169.0 (Linux)',
        'my client/0.130.1 (x)',
        'codex 1.0.0',
        ''
      ].map(eraOf)
    ).to.deep.equal(['0.142', '0.169', null, null, null])
  })
})

describe('what reaches a client that two servers speak to', () => {
  const filters = (owned: Partial<Owned>, nowMs = () => 0) =>
    createFilters({
      client: 'a',
      ownerOf: () => ({ ...UNOWNED, ...owned }),
      hasChild: () => true,
      optedOut: () => new Set(['item/agentMessage/delta']),
      nowMs
    })
  const ofThread = { threadId: 't' }

  it('is what Codex says of a thread that it has; a client that only watches it hears unroll', () => {
    const follower = filters({ at: 'child', followers: ['a'] })
    const watcher = filters({ at: 'child', followers: ['b'] })
    const words = ['turn/started', 'thread/status/changed', 'unroll/thread/revision']
    expect(
      [follower, watcher].map((one) => words.map((word) => one.ofUnroll(word, ofThread)))
    ).to.deep.equal([
      [false, false, true],
      [true, false, true]
    ])
    expect(words.map((word) => filters({ at: 'unroll' }).ofUnroll(word, ofThread))).to.deep.equal([
      true,
      true,
      true
    ])
  })

  it('is nothing of what Codex says while it loads, nor of a thread for which it opened another file', () => {
    const loading = filters({ at: 'loading', followers: ['a'] })
    const words = ['thread/status/changed', 'thread/goal/cleared', 'turn/started']
    expect(words.map((word) => loading.ofChild(word, ofThread))).to.deep.equal([false, false, true])
    const refused = filters({ refused: 'another file' })
    expect(words.map((word) => refused.ofChild(word, ofThread))).to.deep.equal([
      false,
      false,
      false
    ])
  })

  it('is news that both tell once, from whoever comes first, and again when it happens again', () => {
    let nowMs = 0
    const one = filters({}, () => nowMs)
    const named = { threadId: 't', threadName: 'x' }
    const told = [
      one.ofChild('thread/name/updated', named),
      one.ofUnroll('thread/name/updated', named),
      one.ofUnroll('thread/name/updated', { ...named, threadName: 'y' })
    ]
    nowMs = 60_000
    told.push(one.ofChild('thread/name/updated', { ...named, threadName: 'y' }))
    expect(told).to.deep.equal([true, false, true, true])
  })

  it('is the name of a fork from Codex alone, which tells it with the fork', () => {
    const one = filters({})
    const named = { threadId: 't', threadName: 'x' }
    expect([
      one.ofChild('thread/started', { thread: { id: 't', name: 'x' } }),
      one.ofUnroll('thread/name/updated', named),
      one.ofUnroll('thread/name/updated', { ...named, threadName: 'y' })
    ]).to.deep.equal([true, false, true])
  })

  it('is the state of remote control once, and nothing that it opted out of', () => {
    const one = filters({})
    expect([
      one.ofUnroll('remoteControl/status/changed', {}),
      one.ofChild('remoteControl/status/changed', {}),
      one.ofUnroll('skills/changed', {}),
      one.ofChild('skills/changed', {}),
      one.ofChild('item/agentMessage/delta', ofThread)
    ]).to.deep.equal([true, false, false, true, false])
  })
})
