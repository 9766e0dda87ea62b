/**
 * Whether two servers of one home say the same: an answer that leaves things out is quick for nothing.
 */
import type { Row } from './rows.ts'
import { UNROLL } from './servers.ts'
import type { Session, Variant } from './session.ts'

interface Turn {
  readonly items?: ReadonlyArray<unknown>
}

const contentsOf = async (
  { server, connection }: Session,
  variant: Variant
): Promise<string | null> => {
  const ask = variant.ask(server, 0)
  if (ask === null) return null
  const reply = await connection.call(ask.method, ask.params)
  if (reply.error !== null) return null // shows when it is measured
  const { data, thread } = reply.result()
  const entries: ReadonlyArray<Turn> = data ?? thread?.turns ?? []
  const items = entries.reduce((sum, entry) => sum + (entry.items?.length ?? 0), 0)
  return `${entries.length} entries with ${items} items`
}

/** Notes in the row what unroll says otherwise than the Codex whose home it reads; without such a Codex, nothing. */
export const noteDisagreement = async (
  sessions: ReadonlyArray<Session>,
  variant: Variant,
  row: Row
): Promise<void> => {
  const unroll = sessions.find(({ server }) => server.name === UNROLL)
  const codex = sessions.find((one) => one !== unroll && one.server.home === unroll?.server.home)
  if (unroll === undefined || codex === undefined) return
  const ours = await contentsOf(unroll, variant)
  const theirs = await contentsOf(codex, variant)
  if (ours === null || theirs === null || ours === theirs) return
  row.notes[UNROLL] = `answers ${ours}, ${codex.server.name} ${theirs}`
}
