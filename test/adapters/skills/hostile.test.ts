// Skill folders that mean harm: every list ends, with what can be read and a sentence about what cannot.
import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { skillLister } from '../../../adapters/skills/list.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { plantedRoot } from '../../support/planted-settings.ts'

const GOOD = '---\ndescription: d\n---\n'

/** Names and errors of what stands in a user's skill folder. */
const listedIn = async (plant: (skills: string) => void, profile: ProfileName = '0.169') => {
  const root = plantedRoot([])
  const skills = join(root, 'user/.agents/skills')
  mkdirSync(join(skills, 'good'), { recursive: true })
  writeFileSync(join(skills, 'good/SKILL.md'), GOOD)
  plant(skills)
  const place = {
    home: join(root, 'user/.codex'),
    userHome: join(root, 'user'),
    profile,
    config: {}
  }
  const found = await skillLister(place)(join(root, 'work/repo'))
  removeFolder(root)
  return {
    names: found.skills.map(({ skill }) => skill.name),
    errors: found.problems.map(({ path, message }) => [path.slice(skills.length + 1), message])
  }
}

const file = (skills: string, name: string, text: string): void => {
  mkdirSync(join(skills, name), { recursive: true })
  writeFileSync(join(skills, name, 'SKILL.md'), text)
}

describe('hostile skill folders', () => {
  it('keep nobody waiting with a FIFO in the place of a file', async () => {
    const { names, errors } = await listedIn((skills) => {
      file(skills, 'fifo', GOOD)
      mkdirSync(join(skills, 'pipe/agents'), { recursive: true })
      execFileSync('mkfifo', [join(skills, 'pipe/SKILL.md')])
      mkdirSync(join(skills, 'fifo/agents'))
      execFileSync('mkfifo', [join(skills, 'fifo/agents/openai.yaml')])
    })
    expect(names).to.deep.equal(['fifo', 'good'])
    expect(errors).to.deep.equal([])
  })

  it('are read once where links lead in circles or nowhere', async () => {
    const { names, errors } = await listedIn((skills) => {
      symlinkSync('.', join(skills, 'self'))
      symlinkSync('..', join(skills, 'good/up'))
      symlinkSync('b', join(skills, 'a'))
      symlinkSync('a', join(skills, 'b'))
      symlinkSync('nowhere', join(skills, 'c'))
    })
    expect(names).to.deep.equal(['good'])
    expect(errors).to.deep.equal([])
  })

  it('end after 2,000 folders of a root', async () => {
    const { names } = await listedIn((skills) => {
      for (let at = 0; at < 2001; at += 1) file(skills, `s${String(at)}`, GOOD)
    })
    expect(names).to.have.length(1999)
  })

  it('tell a file of 1 GiB by its size, and read a large one beside a skill not at all', async () => {
    const { names, errors } = await listedIn((skills) => {
      file(skills, 'vast', GOOD)
      truncateSync(join(skills, 'vast/SKILL.md'), 2 ** 30)
      mkdirSync(join(skills, 'good/agents'))
      closeSync(openSync(join(skills, 'good/agents/openai.yaml'), 'w'))
      truncateSync(join(skills, 'good/agents/openai.yaml'), 2 ** 30)
    })
    expect(names).to.deep.equal(['good'])
    expect(errors).to.deep.equal([
      ['vast/SKILL.md', 'failed to read file: it is larger than 1048576 bytes']
    ])
  })

  it('never expand aliases, and end with nesting of any depth', async () => {
    const bomb = Array.from({ length: 40 }, (_, at) =>
      at === 0
        ? 'a0: &a0 [x]'
        : `a${at}: &a${at} [${Array(9)
            .fill(`*a${at - 1}`)
            .join(', ')}]`
    ).join('\n')
    const { names, errors } = await listedIn((skills) => {
      file(skills, 'bomb', `---\n${bomb}\ndescription: *a39\n---\n`)
      file(skills, 'deep', `---\nx: ${'['.repeat(30_000)}\ndescription: d\n---\n`)
    })
    // Prose that no YAML can read counts as a text since 0.142.
    expect(names).to.deep.equal(['deep', 'good'])
    expect(errors).to.have.length(1)
    expect(errors[0]?.[1]).to.match(
      /^invalid YAML: description: invalid type: sequence, expected a string/
    )
  })
  for (const profile of ['0.130', '0.142', '0.169'] as const)
    it(`never end the program by nesting or by length, in ${profile}`, async () => {
      const nests: ReadonlyArray<string> = ['[', '{a: ', '- ', '? ', "a: '"]
      const { names, errors } = await listedIn((skills) => {
        for (const [at, nest] of nests.entries())
          for (const times of [300, 3000, 60_000 / nest.length])
            file(
              skills,
              `n${at}-${times}`,
              `---\nx:\n ${nest.repeat(times)}\ndescription: d\n---\n`
            )
        file(skills, 'long', `---\ndescription: ${'word '.repeat(20_000)}\n---\n`)
      }, profile)
      expect(names).to.include('good')
      expect(names.length + errors.length).to.equal(nests.length * 3 + 2)
      expect(errors).to.deep.include([
        'long/SKILL.md',
        'invalid YAML: it is longer than 65536 characters'
      ])
    })

  it('let others have their turn while they are read', async () => {
    let turns = 0
    let isDone = false
    const turn = (): void => {
      turns += 1
      if (!isDone) setImmediate(turn)
    }
    const { names } = await listedIn((skills) => {
      for (let at = 0; at < 500; at += 1) file(skills, `s${String(at)}`, GOOD)
      setImmediate(turn)
    })
    isDone = true
    expect(names).to.have.length(501)
    expect(turns).to.be.greaterThan(1)
  })
})
