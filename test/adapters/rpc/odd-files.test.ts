// What strict mode says about files that are not as they should be, in the words of the real binaries.
import { expect } from 'chai'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../support/rollouts.ts'
import { invalid, inRoom, type ThreadPage } from '../../support/room.ts'

const numbered = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.map((line, ordinal) => JSON.stringify({ ordinal, ...(JSON.parse(line) as object) }))

describe('files that are not as they should be', () => {
  for (const profile of ['0.130', '0.142', '0.169'] as const) {
    it(`${profile} lists a file under the id in its metadata, and every file with it`, async () => {
      const home = emptyHome()
      const files = [
        [1, 91],
        [7, 7],
        [8, 7]
      ] as const
      for (const [name, id] of files)
        writeRollout(
          rolloutPath(home, idOf(name), name),
          linesOf([metaLine(idOf(id)), userLine(`file ${name}`)])
        )
      await inRoom(
        home,
        async ({ ok }) => {
          const { data } = await ok<ThreadPage>('thread/list')
          expect(data.map(({ id, preview }) => [id, preview])).to.deep.equal([
            [idOf(7), 'file 8'],
            [idOf(7), 'file 7'],
            [idOf(91), 'file 1']
          ])
        },
        { profile }
      )
    })
  }

  it('a summary of an empty file names the thread that was asked for', async () => {
    const home = emptyHome()
    const path = rolloutPath(home, idOf(2), 2)
    writeRollout(path, '')
    await inRoom(home, async ({ refused }) => {
      const conversationId = idOf(2)
      expect(await refused('getConversationSummary', { conversationId })).to.deep.equal(
        invalid(
          `failed to load conversation summary for ${conversationId}: thread-store internal error: failed to read thread ${path}: rollout at ${path} is empty`,
          -32603
        )
      )
    })
  })

  it('an archived thread has no timeline', async () => {
    const home = emptyHome()
    const threadId = idOf(6)
    const path = rolloutPath(home, threadId, 6).replace(/sessions\/.*\//, 'archived_sessions/')
    const lines = [metaLine(threadId, { history_mode: 'paginated' }), userLine('paged')]
    writeRollout(path, linesOf(numbered(lines)))
    await inRoom(
      home,
      async ({ refused }) => {
        expect(await refused('thread/timeline/list', { threadId })).to.deep.equal(
          invalid(`thread ${threadId} is archived`)
        )
      },
      { profile: '0.169' }
    )
  })
})
