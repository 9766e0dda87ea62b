// A process that was kept from its work, by itself or by others on a busy machine. The goal: an answer that came in time counts, also
// when the time was over before anybody looked. The method: this thread stands still until the answer of the stand-in, which is another
// process, lies in its socket and the attempt's time is over.
import { expect } from 'chai'
import { realPace } from '../../../../adapters/log/eventstore/connection/pace.ts'
import { spawnEventStore } from '../../../support/eventstore-server/spawned.ts'
import { tapTo } from '../../../support/eventstore-server/tap.ts'
import { everything, right, several, until, wires } from '../../../support/wires.ts'

/** Longer than anything takes. */
const ATTEMPT_MS = 600_000

describe('a store and a process that was kept waiting', function () {
  this.timeout(900_000)
  const open = wires()

  it('takes the answer that came while it waited, and asks once', async () => {
    const server = await spawnEventStore()
    const tap = await tapTo(server.port)
    let repeats = 0
    const waiting = new Set<() => void>()
    const pace = {
      ...realPace,
      // Asked before each repetition.
      random: () => {
        repeats += 1
        return 0
      },
      after: (durationMs: number, then: () => void) => {
        if (durationMs !== ATTEMPT_MS) return realPace.after(durationMs, then)
        let cancel = (): void => undefined
        const end = (): void => void (cancel = realPace.after(1, then))
        waiting.add(end)
        return () => {
          waiting.delete(end)
          cancel()
        }
      }
    }
    try {
      const url = `esdb://127.0.0.1:${tap.port}?tls=false&defaultDeadline=${ATTEMPT_MS}`
      const wire = await open(url, { pace })
      right(await wire.append('thread-a', 'no_stream', several(1)))
      const calls: ReadonlyArray<() => Promise<unknown>> = [
        async () => right(await wire.append('thread-a', 0, several(1, 1))),
        () => everything(wire.read('thread-a', 0))
      ]
      for (const call of calls) {
        // An answer is counted after it was sent, so the one before may not be counted yet.
        await until(() => tap.answers() === tap.requests())
        const [requests, answers] = [tap.requests(), tap.answers()]
        const done = call()
        await until(() => tap.requests() > requests)
        for (const end of waiting) end()
        const endedMs = performance.now() + 2
        tap.blockUntilAnswers(answers + 1)
        while (performance.now() < endedMs);
        await done
      }
      expect(repeats).to.equal(0)
      expect(await server.tell({ calls: true })).to.deep.include({ append: 2, readStream: 1 })
    } finally {
      await tap.close()
      await server.kill()
    }
  })
})
