// Every recorded refusal of a method this server has, asked again on the same kind of connection:
// first one that has not shaken hands and lacks the experimental API, then one that has both.
import { expect } from 'chai'
import { join } from 'node:path'
import type { ProfileName } from '../../domain/profile.ts'
import { METHODS } from '../../adapters/rpc/methods.ts'
import { copyHome, FIXTURES, placed, readJson, removeFolder } from '../support/fixture-home.ts'
import { connected, initialized, type Message } from '../support/rpc-client.ts'

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

/** Cases that need a thread with a model session, or a file outside of the home. */
const IMPOSSIBLE = new Set([
  'turns/list thread without turns',
  'turns/list ephemeral thread',
  'thread/read includeTurns, thread without turns',
  'thread/read includeTurns, ephemeral',
  'not a rollout'
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
  return known && settled && !IMPOSSIBLE.has(one.name)
}

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
  })
}
