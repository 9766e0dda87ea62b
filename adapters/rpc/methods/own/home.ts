/**
 * The home as a whole: what it holds, and following what becomes of its threads.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { HomeDescription, HomeOverview } from '../../../../domain/unroll-protocol.ts'
import { nullable } from '../../threads/results.ts'
import { ask, type ClientSession, type Server } from '../../threads/server.ts'
import { flag, required } from '../../wire/serde.ts'
import { answer, Empty, served } from '../method.ts'

const Facet = t.readonlyArray(t.type({ value: t.string, count: t.number, lastAtMs: t.number }))

const Home = t.type(
  {
    ...{ home: t.string, homeId: t.string, version: t.string, profile: t.string },
    ...{ writable: t.boolean, store: nullable(t.string), timeZone: t.string },
    counts: t.type({
      ...{ threads: t.number, archived: t.number, bytes: t.number, duplicates: t.number },
      ...{ turns: nullable(t.number), damagedLines: nullable(t.number) }
    }),
    facets: t.type({
      ...{ cwd: Facet, model: Facet, provider: Facet, source: Facet, version: Facet, branch: Facet }
    })
  },
  'HomeDescription'
)

const described = (
  { home, installationId, version, profile, storeName }: Server,
  { methods }: ClientSession,
  overview: HomeOverview
): HomeDescription => ({
  ...{ home, homeId: installationId, version, profile },
  // Only a page may have been given fewer methods.
  ...{ writable: methods?.has('thread/name/set') ?? true, store: storeName ?? null },
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  ...overview
})

export const homeRead = served('HomeReadParams', {}, Home, async (_, call) =>
  E.map((overview: HomeOverview) => answer(described(call.server, call.session, overview)))(
    await ask(call, (engine) => engine.overview())
  )
)

export const homeFollow = served(
  'HomeFollowParams',
  { on: required(flag) },
  Empty,
  async ({ on }, { server, session }) => {
    if (on && !session.followsHome) await server.follow.joinHome()
    session.followsHome = on
    return E.right(answer({}))
  }
)
