/** The prompts `recall`, `handoff` and `postmortem`. */
import { handoff, postmortem } from './briefing.ts'
import type { History } from './history.ts'
import { completable, z, type McpServer } from './sdk.ts'
import { hits } from './tools/search.ts'
import { titlesLike } from './titles.ts'
import { code, NOTICE, quoted } from './words.ts'

const message = (text: string) => ({
  messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }]
})

/** What is asked for is a text of a person, which stands behind words of ours. */
const recall = async (history: History, topic: string): Promise<string> => {
  const search = { query: topic, parts: ['user', 'agent'], times: {} } as const
  const found = await hits(history, search, { cwd: undefined, limit: 8, withCurrent: false })
  const lines = found.map(
    ({ thread, turn, at, snippet }) =>
      `- ${at ?? ''} thread ${code(thread)}, turn ${code(turn)}\n${quoted(snippet)}`
  )
  return [
    'Recall what earlier threads say about this topic, and answer with the threads and turns it stands in:',
    quoted(topic),
    `${NOTICE} What a search for these words finds:`,
    lines.length === 0 ? 'Nothing; search with other words (search_history).' : lines.join('\n\n'),
    'Read around the hits with read_thread before you answer, and search with other words as well.'
  ].join('\n\n')
}

export const addPrompts = (server: McpServer, history: History): void => {
  const threadArg = completable(z.string().describe('Id or name of a thread.'), (text) =>
    titlesLike(history, text)
  )
  server.registerPrompt(
    'recall',
    {
      title: 'Recall',
      description: 'What earlier threads say about a topic.',
      argsSchema: z.object({ topic: z.string().min(1).describe('A word or a few.') })
    },
    async ({ topic }) => message(history.redact(await recall(history, topic)))
  )
  server.registerPrompt(
    'handoff',
    {
      title: 'Hand a thread over',
      description: 'A briefing about a thread: goal, what was asked, files, failures, last state.',
      argsSchema: z.object({ thread: threadArg })
    },
    async ({ thread }) => message(history.redact(await handoff(history, thread)))
  )
  server.registerPrompt(
    'postmortem',
    {
      title: 'Post-mortem of a thread',
      description: 'What failed in a thread, what was taken back, and what it cost.',
      argsSchema: z.object({ thread: threadArg })
    },
    async ({ thread }) => message(history.redact(await postmortem(history, thread)))
  )
}
