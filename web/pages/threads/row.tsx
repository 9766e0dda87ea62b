/**
 * A thread in a list: what it is called, where and when it was, and what it holds.
 */
import type { ComponentChildren } from 'preact'
import type { Thread } from '../../../domain/protocol.ts'
import type { ListFacts } from '../../../domain/unroll-protocol.ts'
import { Ago } from '../../parts/ago.tsx'
import { visible } from '../../parts/ansi.ts'
import { threadHref } from '../../routes.ts'
import { factsOf, isLive } from '../../state/facts.ts'
import { useTimed } from '../../state/now.ts'
import { count, counted, short } from '../../text/times.ts'
import { folderOf } from './folders.ts'
import { selected } from './selection.tsx'

const sourceOf = ({ source, threadSource }: Thread): string => {
  const name = typeof source === 'string' ? source : 'sub-agent'
  return threadSource ?? (name === 'cli' || name === 'vscode' ? '' : name)
}

/** A sign and a number, in words for those who do not see them. */
const Sign = ({
  text,
  words,
  kind = ''
}: {
  readonly text: ComponentChildren
  readonly words: string
  readonly kind?: string
}) => (
  <span title={words} class={kind}>
    <span aria-hidden="true">{text}</span>
    <span class="visually-hidden">{words}</span>
  </span>
)

/** Few fonts have `⑂`. */
const ForkSign = () => (
  <svg class="sign" viewBox="0 0 12 12" aria-hidden="true">
    <path d="M6 11V7M2 1v2q0 4 4 4t4-4V1" />
  </svg>
)

const Changes = ({ files, linesAdded, linesRemoved }: ListFacts) =>
  files === null || files === 0 ? null : (
    <Sign
      words={`${counted(files, 'file')} changed, ${count(linesAdded ?? 0)} lines added, ${count(linesRemoved ?? 0)} removed`}
      text={
        <>
          {counted(files, 'file')} <span class="added">+{count(linesAdded ?? 0)}</span>{' '}
          <span class="removed">−{count(linesRemoved ?? 0)}</span>
        </>
      }
    />
  )

const Facts = ({ facts }: { readonly facts: ListFacts }) => {
  const { turns, tokens, tokensLowerBound, forks, rollbacks, damagedLines } = facts
  const atLeast = tokensLowerBound ? '≥ ' : ''
  return (
    <>
      {turns === null ? null : <span>{counted(turns, 'turn')}</span>}
      <Changes {...facts} />
      {tokens === null || tokens === 0 ? null : (
        <span title={`${tokensLowerBound ? 'at least ' : ''}${counted(tokens, 'token')}`}>
          {atLeast}
          {short(tokens)} tokens
        </span>
      )}
      {forks === 0 ? null : (
        <Sign
          words={counted(forks, 'fork')}
          text={
            <>
              <ForkSign /> {forks}
            </>
          }
        />
      )}
      {rollbacks === null || rollbacks === 0 ? null : (
        <Sign text={`↶ ${rollbacks}`} words={counted(rollbacks, 'rollback')} />
      )}
      {damagedLines === null || damagedLines === 0 ? null : (
        <Sign
          text={`⚠ ${damagedLines}`}
          words={counted(damagedLines, 'damaged line')}
          kind="warned"
        />
      )}
    </>
  )
}

/** Where it was: the project and the branch. */
const placeOf = ({ cwd, gitInfo }: Thread): string =>
  [folderOf(cwd), gitInfo?.branch ?? ''].filter((text) => text !== '').join(' · ')

const LiveDot = ({
  threadId,
  updatedMs
}: {
  readonly threadId: string
  readonly updatedMs: number
}) => {
  const live = useTimed((nowMs) => isLive(threadId, updatedMs, nowMs), [threadId, updatedMs])
  return live.value ? (
    <span class="live-dot" role="img" aria-label="being written to" title="being written to" />
  ) : null
}

interface ThreadRowProps {
  readonly thread: Thread
  readonly pick: (threadId: string, isRange: boolean) => void
}

export const ThreadRow = ({ thread, pick }: ThreadRowProps) => {
  const { id } = thread
  const updatedMs = thread.updatedAt * 1000
  const title = visible((thread.name ?? thread.preview).replace(/\s+/g, ' '))
  const facts = factsOf(id)
  const origin = [thread.model ?? '', thread.agentNickname ?? '', sourceOf(thread)]
  return (
    <div class={`thread-line ${selected.value.has(id) ? 'selected' : ''}`} data-thread={id}>
      <input
        type="checkbox"
        aria-label={`select ${title === '' ? id : title.slice(0, 80)}`}
        checked={selected.value.has(id)}
        onClick={(event) => pick(id, event.shiftKey)}
      />
      <a class="thread-row" href={threadHref(id)}>
        <span class="thread-title" dir="auto">
          <LiveDot threadId={id} updatedMs={updatedMs} />
          {title === '' ? <span class="dim">No prompt yet</span> : title}
        </span>
        <Ago class="dim" timeMs={updatedMs} />
        <span class="thread-place dim" title={thread.cwd}>
          {visible(placeOf(thread))}
        </span>
        <span class="thread-details dim">
          {facts === null ? null : <Facts facts={facts} />}
          {origin
            .filter((text) => text !== '')
            .map((text) => (
              <span class="origin">{visible(text)}</span>
            ))}
        </span>
      </a>
    </div>
  )
}
