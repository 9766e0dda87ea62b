// Another program damages the index of a server that runs. The long form is `npm run torture -- --kind live`.
import { expect } from 'chai'
import { randomFrom } from '../../bench/home/random.ts'
import { liveServer, type TransportName } from '../support/live-index.ts'
import { liveTrials } from '../torture/hostile/live-index.ts'

const TRIED: Readonly<Record<TransportName, ReadonlyArray<string>>> = {
  stdio: ['data cut to nothing', 'data overwritten with zeros'],
  websocket: ['data overwritten with noise'],
  unix: ['data cut anywhere']
}

const isLinux = process.platform === 'linux'

describe('a server whose index is damaged while it answers', () => {
  for (const transport of ['stdio', 'websocket', 'unix'] as const)
    (isLinux ? it : it.skip)(
      `(${transport}) keeps its clients and answers as without an index`,
      async () => {
        const server = await liveServer(transport)
        try {
          const names = TRIED[transport]
          const isMeant = (name: string): boolean => names.includes(name)
          const tally = await liveTrials(server, randomFrom(`live ${transport}`), 1, isMeant)
          expect({
            ...tally,
            ended: server.child.exitCode ?? server.child.signalCode
          }).to.deep.equal({
            ...{ trials: names.length, counts: {}, problems: [] },
            ended: null
          })
        } finally {
          await server.close()
        }
      }
    ).timeout(120_000)
})
