// Skills switched on and off: what is answered, listed and written is what real Codex answered, listed and wrote; where it lost something, what this program does instead.
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parsedConfig } from '../../adapters/home/config.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { eraOfVersion } from '../support/eras.ts'
import { removeFolder } from '../support/fixture-home.ts'
import { clientOf, serverOf, shaken } from '../support/rpc-client.ts'
import {
  BROKEN_CASES,
  LOSSY_CASES,
  playedSwitches,
  SWITCH_CASES,
  switchRoot,
  type SwitchCase,
  type ToldSwitches
} from '../support/skill-switches.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'skill-switches')

const ourSwitches = async (one: SwitchCase, profile: ProfileName): Promise<ToldSwitches> => {
  const root = switchRoot(one)
  const options = {
    profile,
    strict: true,
    powers: ['skills'],
    userHome: join(root, 'user')
  } as const
  const server = serverOf(join(root, 'user/.codex'), options)
  try {
    const client = await shaken(clientOf(server))
    return await playedSwitches(root, one, client.ask)
  } finally {
    await server.close()
    removeFolder(root)
  }
}

/** Texts with quotes of another kind mean the same. */
const meant = ({ name, steps }: ToldSwitches): unknown => ({
  name,
  steps: steps.map((step) => ({
    ...step,
    config: step.config === null ? null : structuredClone(parsedConfig(step.config))
  }))
})

/** Why a text is no TOML, each parser says in its own words; where, they agree. */
const wordless = (told: ToldSwitches): unknown =>
  JSON.parse(JSON.stringify(told), (key, value: unknown) =>
    key === 'message' && typeof value === 'string'
      ? value.replace(/(config\.toml:\d+:\d+: |\n *\| *\^\n).*$/s, '$1')
      : value
  )

const B = '[[skills.config]]\nname = "b"\nenabled = false\n'
const offIn = (name: string): string => `[[skills.config]]\nname = "${name}"\nenabled = false`
const inList = (...names: ReadonlyArray<string>): string =>
  names.map((name) => `{ name = "${name}", enabled = false }`).join(', ')
const inTable = (list: string): string => `skills = { config = [ ${list} ] }\nmodel = "x"\n`
const inBrackets = (list: string): string => `[skills]\n# list\nconfig = [${list} ]\n[z]\ny = 1\n`
const inHead = (on: string): string =>
  `# c\n[[skills.config]] # h\nname = "a"   # n\nenabled = ${on} # e\n\n# after\n[x]\ny = 1\n`

/** Which skills are on, and what stands in the file, after each step: every other entry and byte stays, and each answer is true. */
const KEPT: Readonly<Record<string, ReadonlyArray<readonly [on: string, config: string]>>> = {
  'two entries, on': [['ac', `\n${B}`]],
  'two entries, off': [
    ['bc', `${offIn('a')}\n\n${offIn('a')}\n`],
    ['abc', '']
  ],
  'an inline table': [
    ['ac', inTable(inList('b'))],
    ['a', inTable(inList('b', 'c'))],
    ['ab', inTable(inList('c'))],
    ['abc', inTable('')]
  ],
  'a list in brackets': [
    ['', inBrackets(` ${inList('a')}, # one\n ${inList('b', 'c')}`)],
    ['a', inBrackets(` # one\n ${inList('b', 'c')}`)],
    ['ab', inBrackets(` # one\n ${inList('c')}`)],
    ['abc', inBrackets(' # one\n ')]
  ],
  'an entry of a path below the home': [['abc', '']],
  'no newline at the end': [
    ['bc', `model = "x"\n\n${offIn('a')}`],
    ['abc', 'model = "x"']
  ],
  'newlines of Windows': [
    ['bc', `model = "x"\r\n\r\n${offIn('a').replaceAll('\n', '\r\n')}\r\n`],
    ['abc', 'model = "x"\r\n']
  ],
  'comments in an entry': [
    ['bc', inHead('false')],
    ['abc', '# c\n\n# after\n[x]\ny = 1\n']
  ]
}

const kept = ({ steps }: ToldSwitches) =>
  steps.slice(1).map(({ list, config }) => {
    const rows = Array.isArray(list) ? (list as ReadonlyArray<unknown>) : []
    const on = rows.flatMap((row) => (/^(.) on$/.exec(String(row)) ?? []).slice(1))
    return [on.join(''), config]
  })

describe('skills switched on and off, beside Codex', () => {
  for (const file of readdirSync(FIXTURES)) {
    const version = file.replace('.json', '')
    const profile = eraOfVersion(version)
    const recorded = JSON.parse(
      readFileSync(join(FIXTURES, file), 'utf8')
    ) as ReadonlyArray<ToldSwitches>
    const recordedOf = ({ name }: SwitchCase): ToldSwitches => {
      const found = recorded.find((one) => one.name === name)
      if (found === undefined) throw new Error(`${name} was not recorded`)
      return found
    }

    it(`are answered, listed and written as in ${version}`, async () => {
      for (const one of SWITCH_CASES) {
        const ours = await ourSwitches(one, profile)
        if (one.name.startsWith('the name'))
          expect(meant(ours)).to.deep.equal(meant(recordedOf(one)))
        else expect(ours).to.deep.equal(recordedOf(one))
      }
    })

    it(`are refused where the configuration is no TOML, as in ${version} but for the reason`, async () => {
      for (const one of BROKEN_CASES)
        expect(wordless(await ourSwitches(one, profile))).to.deep.equal(wordless(recordedOf(one)))
    })

    it(`keep what ${version} loses, and are as they are answered`, async () => {
      for (const one of LOSSY_CASES) {
        const ours = await ourSwitches(one, profile)
        expect(kept(ours), one.name).to.deep.equal(KEPT[one.name])
        expect(kept(recordedOf(one)), one.name).not.to.deep.equal(KEPT[one.name])
        const told = ours.steps.slice(1).map((step) => step.told)
        const recordedTold = recordedOf(one)
          .steps.slice(1)
          .map((step) => step.told)
        if (one.name !== 'a list in brackets') expect(told).to.deep.equal(recordedTold)
      }
    })
  }
})
