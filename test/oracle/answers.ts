/**
 * Everything a real Codex says about a home.
 */
import { ABOUT_HOME, aboutTurns, type Question } from '../support/agreement.ts'
import { startCodex } from './codex.ts'
import { projectOlderFiles, segmentsOf, threadsOf } from './segments.ts'

const BEGUN_SECONDS = Math.floor(Date.now() / 1000)

/** What a Codex says about a home: lists, and every thread with its turns. */
export const answersAbout = async (
  binary: string,
  home: string,
  is169: boolean
): Promise<ReadonlyArray<unknown>> => {
  const threads = [...new Set(threadsOf(home))]
  // 0.169 answers about turns from a database, and that of threads only that were loaded once.
  if (is169) await projectOlderFiles(binary, home, await segmentsOf(home, '0.169.0', threads))
  const codex = await startCodex(binary, home)
  const answers: Array<unknown> = []
  // 0.169 gives the spawned threads of older versions a session of its own making, another one each time; and of some
  // threads it writes to the file when it loads them.
  const told = (member: string, value: unknown): unknown => {
    if (member === 'sessionId' && !threads.includes(String(value))) return '<made>'
    return member === 'updatedAt' && Number(value) >= BEGUN_SECONDS ? '<now>' : value
  }
  const ask = async ({ method, params }: Question): Promise<void> => {
    const { result, error } = await codex.answer(method, params)
    const text = JSON.stringify({ method, params, result, error }).replaceAll(home, '$HOME')
    answers.push(JSON.parse(text, told))
  }
  try {
    for (const question of ABOUT_HOME) await ask(question)
    if (is169)
      for (const threadId of threads)
        await ask({ method: 'thread/resume', params: { threadId, excludeTurns: true } })
    for (const question of threads.flatMap(aboutTurns)) await ask(question)
    return answers
  } finally {
    await codex.stop()
  }
}
