// Items without their outputs, items read one by one, and lists with the filters of 0.169: each answer beside the one that
// the real Codex 0.169.0 gave about the same files.
import { expect } from 'chai'
import { join } from 'node:path'
import { copyHome, FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import { ITEM_LINES, LEGACY_LINES, LISTED_HOME } from '../support/item-requests.ts'
import { initialized, type Message } from '../support/rpc-client.ts'
import { emptyHome, idOf, linesOf, rolloutPath, THREAD, writeRollout } from '../support/rollouts.ts'

interface Step {
  readonly method: string
  readonly params: object
  readonly response: Message
}

const recorded = (name: string): ReadonlyArray<Step> =>
  readJson(join(FIXTURES, 'items-169', `${name}.json`))

const madeHome = (): string => {
  const home = emptyHome()
  writeRollout(rolloutPath(home, THREAD), linesOf(ITEM_LINES))
  writeRollout(rolloutPath(home, idOf(2), 1), linesOf(LEGACY_LINES))
  return home
}

describe('Codex 0.169.0', () => {
  it('leaves out the same outputs and reads the same items', async () => {
    const home = madeHome()
    const client = await initialized(home, { profile: '0.169', strict: true })
    try {
      for (const { method, params, response } of recorded('items')) {
        const answered = await client.ask(method, params)
        expect({ method, params, answered }).to.deep.equal({ method, params, answered: response })
      }
    } finally {
      await client.close()
      removeFolder(home)
    }
  })

  it('lists the same threads under its filters, and refuses the same ones', async () => {
    const home = copyHome(LISTED_HOME)
    const client = await initialized(home, { profile: '0.169', strict: true })
    try {
      for (const { params, response } of recorded('lists')) {
        const { result, error } = await client.ask('thread/list', params)
        const page = result as { data: ReadonlyArray<{ id: string }>; nextCursor: string | null }
        const answered =
          error === undefined
            ? { ids: page.data.map(({ id }) => id), nextCursor: page.nextCursor }
            : { error }
        expect({ params, answered }).to.deep.equal({ params, answered: response })
      }
    } finally {
      await client.close()
      removeFolder(home)
    }
  })
})
