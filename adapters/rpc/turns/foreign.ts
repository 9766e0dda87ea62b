/**
 * Notices what others write to a thread that the child has. Codex up to 0.142 does not notice: what it remembers and what the
 * file says part from then on.
 */
import { isJsonObject, textOrNull } from '../../../domain/json.ts'
import type { Notice } from '../wire/message.ts'
import type { RelayCore } from './core.ts'
import type { DeskServer } from './desk.ts'
import { threadIn } from './routes.ts'

/** How much later than the file the child may tell of a turn. */
const TOLD_MS = 3000

/** What people are told; it stays on the screen. */
const FOREIGN_LINES =
  'Another program wrote to this thread, and the Codex that runs its turns here does not know of it. Let one of them end; then open the thread again.'

/** Compares what the file says with what the child told; `tell` reaches who follows the thread. */
export const watchForeign = (
  { live, log }: DeskServer,
  { desk, words }: Pick<RelayCore, 'desk' | 'words'>,
  tell: (threadId: string, notice: Notice) => void
): void => {
  const warned = new Set<string>()
  live.onNotice(({ method, params }) => {
    const threadId = threadIn(params)
    if (method !== 'turn/started' || threadId === null || desk.of(threadId).at !== 'child') return
    const turn = isJsonObject(params) ? params['turn'] : null
    const turnId = isJsonObject(turn) ? textOrNull(turn['id']) : null
    if (turnId === null || warned.has(turnId)) return
    if (words.takeReviewer(threadId)) return
    const judge = (): void => {
      if (desk.of(threadId).at !== 'child' || words.knowsTurn(threadId, turnId)) return
      if (words.takeReviewer(threadId)) return
      warned.add(turnId)
      log(`thread ${threadId}: another program wrote turn ${turnId}`)
      const notice = { method: 'warning', params: { threadId, message: FOREIGN_LINES } }
      tell(threadId, { ...notice, to: { subscribersOf: threadId } })
    }
    setTimeout(judge, TOLD_MS).unref()
  })
}
