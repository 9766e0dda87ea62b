/**
 * One item of a turn, by its type.
 */
import type { ThreadItem } from '../../domain/protocol.ts'
import { AgentActivity, AgentToolCall } from './agent.tsx'
import { Command } from './command.tsx'
import type { ItemPlace } from './context.ts'
import { FileChange } from './file-change.tsx'
import {
  Compaction,
  HookPrompt,
  ImageView,
  ReviewBegins,
  ReviewEnds,
  Sleep,
  Unknown
} from './marker.tsx'
import { AgentMessage, Plan, UserMessage } from './message.tsx'
import { Reasoning } from './reasoning.tsx'
import {
  DynamicToolCall,
  FunctionCallOutput,
  ImageGeneration,
  McpToolCall,
  WebSearch
} from './tool-call.tsx'

export const Item = ({ item, place }: { readonly item: ThreadItem; readonly place: ItemPlace }) => {
  switch (item.type) {
    case 'userMessage':
      return <UserMessage item={item} place={place} />
    case 'agentMessage':
      return <AgentMessage item={item} place={place} />
    case 'plan':
      return <Plan item={item} place={place} />
    case 'reasoning':
      return <Reasoning item={item} place={place} />
    case 'commandExecution':
      return <Command item={item} place={place} />
    case 'fileChange':
      return <FileChange item={item} place={place} />
    case 'mcpToolCall':
      return <McpToolCall item={item} place={place} />
    case 'dynamicToolCall':
      return <DynamicToolCall item={item} place={place} />
    case 'functionCallOutput':
      return <FunctionCallOutput item={item} place={place} />
    case 'webSearch':
      return <WebSearch item={item} place={place} />
    case 'imageGeneration':
      return <ImageGeneration item={item} place={place} />
    case 'imageView':
      return <ImageView item={item} place={place} />
    case 'collabAgentToolCall':
      return <AgentToolCall item={item} place={place} />
    case 'subAgentActivity':
      return <AgentActivity item={item} place={place} />
    case 'contextCompaction':
      return <Compaction item={item} place={place} />
    case 'enteredReviewMode':
      return <ReviewBegins item={item} place={place} />
    case 'exitedReviewMode':
      return <ReviewEnds item={item} place={place} />
    case 'sleep':
      return <Sleep item={item} place={place} />
    case 'hookPrompt':
      return <HookPrompt item={item} place={place} />
    default:
      return <Unknown item={item} place={place} />
  }
}
