// Which thread a request names: resolved once, to the id clients know it by and to that of its file.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { identified } from '../../../adapters/rpc/threads/identity.ts'
import { createLive, type LiveThread } from '../../../adapters/rpc/threads/live.ts'
import { idsOf, type RpcCall, type Server } from '../../../adapters/rpc/threads/server.ts'
import { NOBODY, PLAIN } from '../../support/room.ts'

const [FILE, IN_METADATA] = [PLAIN, NOBODY]

/** A home with one file, whose metadata has another id. */
const serverOf = (strict: boolean, resolved: unknown = E.right(FILE)): Server =>
  ({
    strict,
    live: createLive(),
    engine: Promise.resolve({
      locate: (id: string) => async () =>
        id === FILE ? E.right({}) : E.left({ _tag: 'StreamNotFound', streamId: id }),
      resolve: () => async () => resolved
    })
  }) as unknown as Server

describe('the thread a request names', () => {
  it('is none without an id that can be read', async () => {
    for (const params of [null, {}, { threadId: 5 }, { threadId: 'x' }])
      expect(await identified(serverOf(true), params)).to.deep.equal(
        E.right({ params, thread: null })
      )
  })

  it('is the file of that name, in any spelling', async () => {
    for (const threadId of [FILE, FILE.toUpperCase(), FILE.replaceAll('-', '')])
      expect(await identified(serverOf(true), { threadId })).to.deep.equal(
        E.right({ params: { threadId }, thread: { id: FILE, streamId: FILE } })
      )
  })

  it('keeps the id of the metadata where answers are strict, and is called by its file elsewhere', async () => {
    const params = { threadId: IN_METADATA, limit: 1 }
    expect(await identified(serverOf(true), params)).to.deep.equal(
      E.right({ params, thread: { id: IN_METADATA, streamId: FILE } })
    )
    expect(await identified(serverOf(false), params)).to.deep.equal(
      E.right({ params: { threadId: FILE, limit: 1 }, thread: { id: FILE, streamId: FILE } })
    )
  })

  it('is refused when it could be one of several, and stays as named when there is none', async () => {
    const params = { threadId: IN_METADATA }
    const several = E.left({ _tag: 'AmbiguousThread', text: IN_METADATA, candidates: [FILE] })
    expect(E.isLeft(await identified(serverOf(false, several), params))).to.equal(true)
    const none = E.left({ _tag: 'StreamNotFound', streamId: IN_METADATA })
    expect(await identified(serverOf(false, none), params)).to.deep.equal(
      E.right({ params, thread: { id: IN_METADATA, streamId: IN_METADATA } })
    )
  })

  it('has the file it was loaded from', async () => {
    const server = serverOf(true)
    server.live.put({ id: IN_METADATA, streamId: FILE } as LiveThread)
    const thread = { id: IN_METADATA, streamId: FILE }
    expect(await identified(server, { threadId: IN_METADATA })).to.deep.equal(
      E.right({ params: { threadId: IN_METADATA }, thread })
    )
    expect(idsOf({ server, thread: null } as RpcCall, IN_METADATA)).to.deep.equal(thread)
    expect(idsOf({ server, thread: null } as RpcCall, FILE)).to.deep.equal({
      id: FILE,
      streamId: FILE
    })
  })
})
