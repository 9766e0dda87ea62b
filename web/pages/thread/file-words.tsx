/**
 * How the files of a thread are named, linked and counted.
 */
import { hrefOf, printPoint, threadHref } from '../../routes.ts'
import { count } from '../../text/times.ts'
import type { ThreadRoute } from './view.ts'

/** A path as it is from the folder of the thread. */
export const shortPath = (path: string, cwd: string): string =>
  cwd !== '' && path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path

/** Where the history of a file is shown, at the same point in time. */
export const fileHref = ({ threadId, at }: ThreadRoute, path: string): string =>
  hrefOf(threadHref(threadId, { view: 'files' }), {
    at: at === null ? null : printPoint(at),
    path
  })

export const LineCounts = ({
  added,
  removed
}: {
  readonly added: number | null
  readonly removed: number | null
}) => (
  <>
    <span class="added-count">+{added === null ? '?' : count(added)}</span>{' '}
    <span class="removed-count">−{removed === null ? '?' : count(removed)}</span>
  </>
)
