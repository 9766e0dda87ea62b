// Rollouts whose metadata has another id than their name: strict answers list and read them by that id, as the real binaries do.
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { ProfileName } from '../../domain/log/profile.ts'
import { FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import {
  changesAnswered,
  hasMethod,
  OTHER_IDS_QUESTIONS,
  otherIdsHome,
  SHARED,
  whichThreads
} from '../support/other-ids.ts'
import { initialized, type ServerOptions } from '../support/rpc-client.ts'

describe('files whose metadata has another id than their name', () => {
  const home = otherIdsHome()
  after(() => removeFolder(home))

  for (const file of readdirSync(join(FIXTURES, 'other-ids')))
    it(`are listed and read as Codex ${file.replace('.json', '')} does`, async () => {
      const client = await initialized(home, { profile: file.slice(0, 5) as ProfileName })
      const answers: Array<unknown> = []
      for (const [method, params] of OTHER_IDS_QUESTIONS)
        answers.push(whichThreads(await client.ask(method, params)))
      await client.close()
      expect(answers).to.deep.equal(readJson(join(FIXTURES, 'other-ids', file)))
    })
})

/**
 * What Codex answers by its database, by the place of the question. It has a row for each id: a name or a goal (0.142) that is set
 * by the id of a file is nobody's. Up to 0.142 the file that is named after an id is not always the one in its row. 0.169
 * remembers which of two files it archived, and deletes both of them at once.
 */
const OWN_NAME = ['changed by the id of the file 7']
const ROW_OF_ANOTHER = [
  'loaded by the name of another file 0',
  'loaded by the name of another file 2'
]
const DIFFERS: Readonly<Record<string, ReadonlyArray<string>>> = {
  '0.130.0': ROW_OF_ANOTHER,
  '0.142.5': [
    ...[0, 1, 2].map((at) => `changed by the id of the file ${at}`),
    ...OWN_NAME,
    ...ROW_OF_ANOTHER
  ],
  '0.169.0': [
    ...OWN_NAME,
    `archived ${SHARED} 3`,
    `archived ${SHARED} 4`,
    `deleted ${SHARED} 0`,
    `deleted ${SHARED} 1`
  ]
}

const asked = async (home: string, options: ServerOptions) => {
  const client = await initialized(home, options)
  let id = 100
  return {
    ask: (method: string, params: unknown) =>
      client.send(JSON.stringify({ id: (id += 1), method, params })),
    stop: client.close
  }
}

describe('threads whose metadata has another id than their file', () => {
  for (const file of readdirSync(join(FIXTURES, 'other-ids-changes'))) {
    const version = file.replace('.json', '')
    it(`are loaded and changed as Codex ${version} does`, async () => {
      const profile = version.slice(0, 5) as ProfileName
      const serve = (home: string) => asked(home, { profile })
      const answers = await changesAnswered(serve, hasMethod(version))
      const recorded = readJson(join(FIXTURES, 'other-ids-changes', file)) as typeof answers
      const different = Object.entries(recorded).flatMap(([name, expected]) =>
        expected.flatMap((one, at) =>
          isDeepStrictEqual(one, answers[name]?.[at]) ? [] : [`${name} ${at}`]
        )
      )
      expect(different).to.deep.equal(DIFFERS[version])
    })
  }
})
