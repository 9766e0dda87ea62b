/**
 * A link to a thread, or to a place in it, by the name of the thread.
 */
import { threadHref } from '../routes.ts'
import { useTitle } from '../state/titles.ts'
import { visible } from './ansi.ts'

interface ThreadLinkProps {
  readonly threadId: string
  readonly turnId?: string | null
  readonly itemId?: string | null
}

const ID_SHOWN = 13
const TITLE_SHOWN = 90

const cut = (text: string): string =>
  text.length <= TITLE_SHOWN ? text : `${text.slice(0, TITLE_SHOWN)}…`

export const ThreadLink = ({ threadId, turnId = null, itemId = null }: ThreadLinkProps) => {
  const title = useTitle(threadId)
  return (
    <a
      class="thread-link"
      dir="auto"
      title={threadId}
      href={threadHref(threadId, { turnId, itemId })}
    >
      {title === null ? threadId.slice(0, ID_SHOWN) : visible(cut(title).replace(/\s+/g, ' '))}
    </a>
  )
}
