// Another program damages the index of a server that runs. The long form is `npm run torture -- --kind live`.
import { expect } from 'chai'
import { randomFrom } from '../../../bench/home/random.ts'
import { liveServer, type TransportName } from '../../support/live-index.ts'
import { liveTrials } from '../../torture/hostile/live-index.ts'

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
        const names = TRIED[transport]
        const isMeant = (name: string): boolean => names.includes(name)
        const random = randomFrom(`live ${transport}`)
        const tally = await liveTrials(() => liveServer(transport), random, 1, isMeant)
        expect(tally).to.deep.equal({ trials: names.length, counts: {}, problems: [] })
      }
    ).timeout(600_000)
})
