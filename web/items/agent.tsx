/**
 * What other agents were asked and did.
 */
import { threadHref } from '../routes.ts'
import { visible } from '../parts/ansi.ts'
import { problemOf, type ItemProps } from './context.ts'

const shortId = (id: string): string => id.slice(0, 13)

export const AgentToolCall = ({ item }: ItemProps<'collabAgentToolCall'>) => {
  const problem = problemOf(item.status)
  return (
    <div class="agent-call">
      <span class="tool">agent: {item.tool}</span>{' '}
      {item.receiverThreadIds.map((id) => (
        <a href={threadHref(id)}>→ {shortId(id)}</a>
      ))}
      {problem === '' ? null : <span class="badge bad">{problem}</span>}
      {item.prompt === null ? null : (
        <div class="agent-prompt" dir="auto">
          {visible(item.prompt)}
        </div>
      )}
    </div>
  )
}

export const AgentActivity = ({ item }: ItemProps<'subAgentActivity'>) => (
  <div class="agent-call">
    <span class="tool">agent {item.agentPath}</span> {item.kind}{' '}
    <a href={threadHref(item.agentThreadId)}>→ {shortId(item.agentThreadId)}</a>
  </div>
)
