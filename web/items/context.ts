/**
 * What an item knows of its place.
 */
import type { ThreadItem, ThreadItemOf } from '../../domain/protocol.ts'
import type { PointInAddress } from '../routes.ts'

export interface ItemPlace {
  readonly threadId: string
  readonly turnId: string
  readonly cwd: string
  readonly at: PointInAddress | null
}

export interface ItemProps<K extends ThreadItem['type'] = ThreadItem['type']> {
  readonly item: ThreadItemOf<K>
  readonly place: ItemPlace
}

/** Names an item of the whole page: ids are unique inside of their turn only. */
export const itemKey = ({ threadId, turnId }: ItemPlace, itemId: string): string =>
  `${threadId}/${turnId}/${itemId}`

/** How a tool call ended, in one word that has a colour; empty for one that went well. */
export const problemOf = (status: string): string => {
  if (status === 'completed') return ''
  return status === 'inProgress' ? 'running' : status
}
