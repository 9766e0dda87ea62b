/** Threads by what a person has typed so far. */
import { got, type History } from './history.ts'

const COMPLETED_MAX = 50

/** Ids that begin with a text, and names that hold it, newest first. */
export const titlesLike = async (history: History, text: string): Promise<Array<string>> => {
  const titles = got(await (await history.engine()).titles()())
  const wanted = text.toLowerCase()
  const found = titles.flatMap(({ threadId, name }) => {
    if (name !== null && wanted !== '' && name.toLowerCase().includes(wanted)) return [name]
    return threadId.startsWith(wanted) ? [threadId] : []
  })
  return [...new Set(found)].slice(0, COMPLETED_MAX)
}
