/**
 * The context as a request carries it.
 */
import { itemTokens } from '../../../domain/thread/context/estimate.ts'
import { sentItems } from '../../../domain/thread/context/sent.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import type { ThreadContext } from './context.ts'

/** The context with the items as a request of an era carries them, and the estimate of each of these. */
export const asSent = (context: ThreadContext, era: Profile): ThreadContext => {
  const items = sentItems(context.items, era)
  return { ...context, items, itemTokens: items.map((item) => itemTokens(item, era)) }
}
