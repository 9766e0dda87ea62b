/**
 * What every view of a thread is given.
 */
import type { Thread } from '../../../domain/protocol.ts'
import type { PageRoute } from '../../routes.ts'

export type ThreadRoute = Extract<PageRoute, { readonly page: 'thread' }>

export interface ThreadViewProps {
  readonly route: ThreadRoute
  /** Null until it was read. */
  readonly thread: Thread | null
  /** How many events the thread had when it was read; null until then. */
  readonly revision: number | null
}
