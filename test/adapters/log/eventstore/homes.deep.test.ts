// Over the streams a home was copied to, every line of every thread is as over its files.
import { directoryOf } from '../../../../adapters/log/eventstore/directory/directory.ts'
import { eventStore } from '../../../../adapters/log/eventstore/threads/store.ts'
import { jsonlStore } from '../../../../adapters/log/jsonl/store.ts'
import { memoryIndex } from '../../../../adapters/index/memory/index.ts'
import { PROFILES, type ProfileName } from '../../../../domain/log/profile.ts'
import { right } from '../../../support/engines.ts'
import { copyHome, homeNames, removeFolder } from '../../../support/fixture-home.ts'
import { memoryWire } from '../../../support/memory-wire.ts'
import { compareStores } from '../../../support/same-stores.ts'
import { storeHome } from '../../../support/stored-home.ts'

/** Era, whether each file is a stream of its own, whether a byte order mark costs the first line. */
type View = readonly [era: ProfileName, byFile: boolean, strict: boolean]
const VIEWS: ReadonlyArray<View> = [
  ['0.169', false, false],
  ['0.169', true, false],
  ['0.130', false, true]
]

describe('a home in a store of streams', () => {
  for (const name of homeNames())
    it(`reads as its files do: ${name}`, async () => {
      const home = copyHome(name)
      try {
        const wire = memoryWire()
        await storeHome(wire, home)
        const directory = directoryOf(wire, memoryIndex())
        await right(() => directory.refresh('all'))
        for (const [i, [era, byFile, strict]] of VIEWS.entries()) {
          const profile = PROFILES[era]
          const files = jsonlStore({ home, profile, strict, byFile })
          const streams = eventStore({ wire, directory, home, profile, strict, byFile })
          await compareStores(files, streams, { isThorough: i === 0 })
        }
      } finally {
        removeFolder(home)
      }
    })
})
