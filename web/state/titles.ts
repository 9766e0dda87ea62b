/**
 * Names of threads that rows only have the ids of: each is asked for once.
 */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Thread } from '../../domain/protocol.ts'
import { request } from '../wire/socket.ts'

const titles = signal<ReadonlyMap<string, string>>(new Map())
const asked = new Set<string>()

const ask = async (threadId: string): Promise<void> => {
  asked.add(threadId)
  const params = { threadId, includeTurns: false }
  const answer = await request<{ readonly thread: Thread }>('thread/read', params)
  // A thread that is gone has no name; one whose question was lost is asked about again.
  if (!answer.ok) {
    if (answer.failure.kind === 'lost') asked.delete(threadId)
    return
  }
  const { name, preview } = answer.value.thread
  titles.value = new Map(titles.value).set(threadId, name ?? preview)
}

/** The name of a thread or its first words; null until they are known, and where there are none. */
export const useTitle = (threadId: string): string | null => {
  useEffect(() => {
    if (!asked.has(threadId)) void ask(threadId)
  }, [threadId])
  return titles.value.get(threadId) || null
}
