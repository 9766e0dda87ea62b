/**
 * Threads made from recorded ones: the same lines under other ids.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const DAY = join('sessions', '2026', '11', '21')

/** The id of the n-th copy. */
const idOf = (n: number): string => `01a1fd05-0000-7000-8000-${String(n).padStart(12, '0')}`

/** Puts so many copies of the threads of a home beside them. */
export const putCopies = (home: string, count: number): void => {
  const names = readdirSync(join(home, DAY))
  for (let n = 0; n < count; n++) {
    const name = names[n % names.length] ?? ''
    const [id = ''] = /[0-9a-f-]{36}(?=\.jsonl$)/.exec(name) ?? []
    const text = readFileSync(join(home, DAY, name), 'utf8')
    writeFileSync(join(home, DAY, name.replaceAll(id, idOf(n))), text.replaceAll(id, idOf(n)))
  }
}
