/**
 * What the real Codex answered and told about processes and commands: this server does the same. Recorded by
 * `test/oracle/record-processes.ts`.
 */
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { eraOfVersion } from '../support/eras.ts'
import { FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import { configuredHome } from '../support/host-questions.ts'
import { CASES, playCase } from '../support/process-questions.ts'
import { clientOf, serverOf, shaken } from '../support/rpc-client.ts'

const FOLDER = join(FIXTURES, 'processes')

/** Codex guesses the encoding of what is no UTF-8 by its language; here it is Latin-1. */
const GUESSED: Readonly<Record<string, string>> = { 'cap within a character': 'cafÃ' }

/** Of a terminal whose program is not there, 0.130 and 0.142 had words of their own. */
const OLD_WORDS =
  /Unable to spawn \S+ because it doesn't exist on the filesystem \(ENOENT: No such file or directory\)/

const withGuess = (name: string, recorded: unknown): unknown => {
  const guess = GUESSED[name]
  const text = JSON.stringify(recorded).replace(OLD_WORDS, 'No such file or directory (os error 2)')
  if (guess === undefined) return JSON.parse(text)
  return JSON.parse(text.replace(/"stdout":"caf."/, `"stdout":"${guess}"`))
}

for (const file of readdirSync(FOLDER)) {
  const version = file.replace('.json', '')
  describe(`processes as ${version} runs them`, function () {
    this.timeout(30_000)
    const recorded = readJson(join(FOLDER, file)) as Readonly<Record<string, unknown>>
    for (const [name, steps] of Object.entries(CASES))
      it(name, async () => {
        const home = configuredHome('')
        const test = serverOf(home, { profile: eraOfVersion(version), powers: ['processes'] })
        const client = await shaken(clientOf(test))
        const { received } = client
        try {
          let id = 1000
          const answer = async (method: string, params: unknown) => {
            id += 1
            const own = id
            client.connection.receive(JSON.stringify({ id: own, method, params }))
            for (;;) {
              const found = received.find((one) => one['id'] === own)
              if (found !== undefined) {
                const { id: _, ...rest } = found
                return rest
              }
              await new Promise((wake) => setTimeout(wake, 2))
            }
          }
          const ours = await playCase({ answer, received }, steps)
          expect(ours).to.deep.equal(withGuess(name, recorded[name]))
        } finally {
          client.connection.close()
          await client.close()
          removeFolder(home)
        }
      })
  })
}
