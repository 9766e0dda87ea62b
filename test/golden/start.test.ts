// What Codex answered when threads were started, asked again: the whole answer, and the notification after it.
import { expect } from 'chai'
import { join } from 'node:path'
import type { ProfileName } from '../../domain/log/profile.ts'
import { compareMessages, runNow, STAND_INS } from '../support/compare-runs.ts'
import { copyHome, FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import { knownBefore } from '../support/mutation-replay.ts'
import { createRun } from '../support/normalise.ts'
import { clientOf, serverOf, shaken, type Message } from '../support/rpc-client.ts'

interface Case {
  readonly group: string
  readonly name: string
  readonly log: ReadonlyArray<{ readonly dir: string; readonly msg: Message }>
}

for (const [name, reader] of [
  ['errors-130', '0.130.0'],
  ['errors-142', '0.142.5'],
  ['errors-169', '0.169.0']
] as const) {
  describe(`starting threads like Codex ${reader}`, () => {
    const { cases } = readJson(join(FIXTURES, 'homes', name, 'golden', 'errors.json')) as {
      readonly cases: ReadonlyArray<Case>
    }
    const started = cases.filter(
      ({ group, log }) => group === 'start' && log.some(({ dir }) => dir === '<res')
    )

    it('answers with the thread and its settings, then tells of it', async () => {
      expect(started.map(({ name: title }) => title)).to.deep.equal([
        'cwd does not exist',
        'cwd relative'
      ])
      const home = copyHome(name)
      const before = knownBefore(name)
      const profile = reader.slice(0, 5) as ProfileName
      const client = await shaken(
        clientOf(serverOf(home, { profile, version: reader })),
        { experimentalApi: true },
        'lab'
      )
      for (const { name: title, log } of started) {
        const [request, ...messages] = log.map(({ msg }) => msg)
        // The recording was made in another directory, from which a relative one starts.
        const text = JSON.stringify(messages).replaceAll(
          '/workspace/demo/demo',
          join(process.cwd(), 'demo')
        )
        const received = await client.send(JSON.stringify(request))
        const id = { home: name, script: title, method: 'thread/start' }
        const compared = compareMessages(
          id,
          [runNow(before, home), received],
          [createRun(before, STAND_INS, () => true), JSON.parse(text) as ReadonlyArray<Message>]
        )
        expect(compared.filter(({ equal }) => !equal)).to.deep.equal([])
      }
      await client.close()
      removeFolder(home)
    })
  })
}
