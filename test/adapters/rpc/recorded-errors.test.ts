import { expect } from 'chai'
import { join } from 'node:path'
import { METHODS } from '../../../adapters/rpc/methods/methods.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { FIXTURES, copyHome, placed, readJson, removeFolder } from '../../support/fixture-home.ts'
import {
  clientOf,
  connected,
  initialized,
  serverOf,
  shaken,
  type Client,
  type Message
} from '../../support/rpc-client.ts'

// Every recorded refusal of a method this server has, asked again on the same kind of connection:
// first one that has not shaken hands and lacks the experimental API, then one that has both.

interface Logged {
  readonly dir: '>' | '>raw' | '<err' | '<res' | '<ntf'
  readonly msg: unknown
}

interface Case {
  readonly group: string
  readonly name: string
  readonly log: ReadonlyArray<Logged>
}

const OURS = new Set(METHODS.map(({ name }) => name))

/** Cases that need a loaded thread, or a file outside of the home. */
const IMPOSSIBLE = new Set([
  'turns/list thread without turns',
  'turns/list ephemeral thread',
  'thread/read includeTurns, thread without turns',
  'thread/read includeTurns, ephemeral',
  'not a rollout'
])

/** Groups of cases that ask for a change, or for what only a loaded thread answers. */
const CHANGES = new Set([
  ...['resume', 'fork', 'rollback', 'name', 'metadata', 'memory', 'goal', 'inject'],
  ...['review', 'turn', 'start', 'archive', 'subscribe', 'delete']
])
/** A turn runs meanwhile. */
const RUNNING = 'running'

/** Cases that need a model or a running turn, or that name a file outside of the home, which is refused here. */
const NOT_HERE = new Set([
  ...['empty input', 'resume path is not a rollout', 'resume path is an empty file'],
  ...['detached on thread without turns']
])

const sent = ({ log }: Case): ReadonlyArray<Logged> => log.filter(({ dir }) => dir.startsWith('>'))
const answers = ({ log }: Case): ReadonlyArray<Message> =>
  log.filter(({ dir }) => dir === '<err' || dir === '<res').map(({ msg }) => msg as Message)

const methodOf = ({ msg }: Logged): string | null =>
  typeof msg === 'string' ? null : ((msg as { readonly method?: string }).method ?? null)

const isUnknown = (one: Case): boolean =>
  sent(one).some((line) =>
    JSON.stringify(answers(one)).includes(`unknown variant \`${methodOf(line)}\``)
  )

/** Sent in lines we understand, and refused, passed over, or answered with an empty list. */
const possible = (one: Case): boolean => {
  const methods = sent(one).map(methodOf)
  const known = methods.every((method) => method === null || OURS.has(method) || isUnknown(one))
  const settled = one.log.every(
    ({ dir, msg }) =>
      dir !== '<res' || JSON.stringify((msg as Message)['result']).startsWith('{"data":[],')
  )
  return (
    known &&
    settled &&
    !CHANGES.has(one.group) &&
    one.group !== RUNNING &&
    !IMPOSSIBLE.has(one.name)
  )
}

const isAnswered = ({ log }: Case): boolean => log.some(({ dir }) => dir === '<res')

/** The methods an unknown one is told of are each server's own. */
const withoutList = (message: Message): unknown => {
  const text = JSON.stringify(message)
  return text.includes('unknown variant') && text.includes('`initialize`')
    ? JSON.parse(text.replace(/, expected one of [^"]*/, ''))
    : message
}

const lineOf = ({ msg }: Logged): string => (typeof msg === 'string' ? msg : JSON.stringify(msg))

for (const [name, profile] of [
  ['errors-130', '0.130'],
  ['errors-142', '0.142'],
  ['errors-169', '0.169']
] as ReadonlyArray<[string, ProfileName]>) {
  describe(`refusals recorded from Codex ${profile}`, () => {
    const { cases } = readJson(join(FIXTURES, 'homes', name, 'golden', 'errors.json')) as {
      readonly cases: ReadonlyArray<Case>
    }
    const lastGated = cases.findLastIndex(({ group }) => group === 'experimental')

    const replay = async (
      some: ReadonlyArray<Case>,
      home: string,
      handshaken: boolean
    ): Promise<void> => {
      const client = await (handshaken
        ? initialized(home, { profile })
        : Promise.resolve(connected(home, { profile })))
      for (const one of some) {
        const received = await client.send(...sent(placed(one, home)).map(lineOf))
        const got = received.filter((message) => 'id' in message).map(withoutList)
        expect({ case: one.name, got }).to.deep.equal({
          case: one.name,
          got: placed(answers(one), home).map(withoutList)
        })
      }
      await client.close()
    }

    let home = ''
    before(() => {
      home = copyHome(name)
    })
    after(() => removeFolder(home))

    it('come before the handshake and before the experimental gate', async () => {
      const first = cases.slice(0, lastGated + 1)
      const before = first.findIndex(({ log }) => log.some(({ dir }) => dir === '<res'))
      const client = connected(home, { profile })
      await replay(first.slice(0, before).filter(possible), home, false)
      const [open] = sent(first[before] as Case)
      await client.send(lineOf(open as Logged))
      const gated = first.slice(before + 1).filter(possible)
      expect(gated.length).to.be.at.least(5)
      for (const one of gated) {
        const received = await client.send(...sent(placed(one, home)).map(lineOf))
        const got = received.map(withoutList)
        expect({ case: one.name, got }).to.deep.equal({
          case: one.name,
          got: answers(one).map(withoutList)
        })
      }
      await client.close()
    })

    it('come for ids, members, cursors, lists and paths that are wrong', async () => {
      const rest = cases.slice(lastGated + 1).filter(possible)
      expect(rest.length).to.be.greaterThan(35)
      await replay(rest, home, true)
    })

    const labels = readJson(join(FIXTURES, 'homes', name, 'meta.json')) as {
      readonly labels: Readonly<Record<string, string>>
    }

    /** The threads of the recorded server, by the id they had there: two loaded ones, one without turns, one never stored. */
    const threads = async (client: Client): Promise<ReadonlyArray<readonly [string, string]>> => {
      const idOf = (label: string): string =>
        Object.entries(labels.labels).find(([, one]) => one === label)?.[0] ?? ''
      const started = async (method: string, params: object) => {
        const { result } = (await client.ask(method, params)) as {
          readonly result: { readonly thread: { readonly id: string; readonly path: string } }
        }
        return result.thread
      }
      const a = await started('thread/resume', { threadId: idOf('a'), excludeTurns: true })
      const b = await started('thread/fork', { threadId: idOf('a') })
      const none = await started('thread/start', { cwd: '/workspace/demo' })
      const eph = await started('thread/start', { cwd: '/workspace/demo', ephemeral: true })
      const recorded = JSON.stringify(cases)
      const paths = recorded.match(/[^"`]*rollout-[0-9T-]*[0-9a-f-]{36}\.jsonl/g) ?? []
      const path = (label: string, now: string): ReadonlyArray<readonly [string, string]> => {
        const then = paths.find((one) => one.includes(idOf(label)))
        return then === undefined ? [] : [[then, now]]
      }
      return [
        ...path('a', a.path),
        ...path('b', b.path),
        ...path('no-turns', none.path),
        [idOf('b'), b.id],
        [idOf('no-turns'), none.id],
        [idOf('ephemeral'), eph.id]
      ]
    }

    /** An error word for word; of an answer only that it is one. */
    const told = (message: Message): unknown =>
      'error' in message ? withoutList(message) : { id: message['id'], answered: true }

    it('come for what cannot be done to a thread', async () => {
      const fresh = copyHome(name)
      const server = serverOf(fresh, { profile })
      const client = await shaken(clientOf(server))
      const places = await threads(client)
      const here = (one: Case): Case => {
        let text = JSON.stringify(placed(one, fresh))
        for (const [from, to] of places) text = text.replaceAll(placed(from, fresh), to)
        // Long texts are recorded by their length.
        return JSON.parse(
          text.replace(/\{\{(\d+) x (.)\}\}/g, (_, n: string, letter: string) =>
            letter.repeat(Number(n))
          )
        ) as Case
      }
      const some = cases
        .slice(lastGated + 1)
        .filter(({ group, name: title }) =>
          group === 'turns' ? IMPOSSIBLE.has(title) : CHANGES.has(group) && !NOT_HERE.has(title)
        )
        .filter((one) =>
          sent(one).every((line) => OURS.has(methodOf(line) ?? '') || isUnknown(one))
        )
        .filter((one) => !/turn\/start|compact/.test(JSON.stringify(sent(one))) || !isAnswered(one))
      expect(some.length).to.be.greaterThan(60)
      for (const one of some.map(here)) {
        const received = await client.send(...sent(one).map(lineOf))
        const got = received.filter((message) => 'id' in message).map(told)
        expect({ case: one.name, got }).to.deep.equal({
          case: one.name,
          got: answers(one).map(told)
        })
      }
      await client.close()
      removeFolder(fresh)
    })
  })
}
