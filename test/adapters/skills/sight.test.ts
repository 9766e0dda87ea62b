// Looks at skill folders: they end whatever stands there, open no file, read no folder twice that stays as it is, and never overlap.
import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { watchSkills } from '../../../adapters/rpc/follow/skills.ts'
import { createLive, type LiveThread } from '../../../adapters/rpc/threads/live.ts'
import type { SkillPlace } from '../../../adapters/skills/roots.ts'
import { createSkillSight } from '../../../adapters/skills/sight.ts'
import { startPace } from '../../../adapters/upkeep/check/pace.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { plantedRoot } from '../../support/planted-settings.ts'
import { unattended } from '../../support/rpc-client.ts'
import { watchFiles } from '../../support/watched-files.ts'

const GOOD = '---\ndescription: d\n---\n'

interface Seen {
  readonly skills: string
  readonly file: (name: string, text?: string) => void
  /** Whether a look finds a change, and which paths it opened, below the folder of skills. */
  readonly look: () => Promise<readonly [boolean, ReadonlyArray<string>]>
  readonly close: () => void
}

const seen = (plant: (skills: string, file: Seen['file']) => void): Seen => {
  const root = plantedRoot([])
  const skills = join(root, 'user/.agents/skills')
  mkdirSync(skills, { recursive: true })
  const file: Seen['file'] = (name, text = GOOD) => {
    mkdirSync(join(skills, name), { recursive: true })
    writeFileSync(join(skills, name, 'SKILL.md'), text)
  }
  plant(skills, file)
  const place: SkillPlace = {
    home: join(root, 'user/.codex'),
    userHome: join(root, 'user'),
    profile: '0.169',
    config: {}
  }
  const sight = createSkillSight()
  return {
    skills,
    file,
    look: async () => {
      let hasChanged = false
      const opened = await watchFiles(async () => {
        hasChanged = await sight.look(place, [join(root, 'work/repo')], startPace())
      })
      const below = opened.filter((path) => path.startsWith(skills))
      return [hasChanged, below.map((path) => path.slice(skills.length))]
    },
    close: () => removeFolder(root)
  }
}

describe('looks at skill folders', () => {
  it('end in what means harm, and open nothing of it', async () => {
    const { look, skills, file, close } = seen((folder, plant) => {
      plant('vast')
      truncateSync(join(folder, 'vast/SKILL.md'), 2 ** 30)
      for (const name of ['pipe', 'good/agents']) mkdirSync(join(folder, name), { recursive: true })
      execFileSync('mkfifo', [join(folder, 'pipe/SKILL.md')])
      execFileSync('mkfifo', [join(folder, 'good/agents/openai.yaml')])
      plant('good')
      symlinkSync('.', join(folder, 'self'))
      symlinkSync('..', join(folder, 'good/up'))
      symlinkSync('nowhere', join(folder, 'none'))
      symlinkSync('/dev/zero', join(folder, 'device'))
      mkdirSync(Buffer.concat([Buffer.from(`${folder}/bad-`), Buffer.from([0xff])]))
    })
    const folders = ['', '/bad-\uFFFD', '/good', '/good/agents', '/pipe', '/vast']
    expect(await look()).to.deep.equal([false, folders])
    expect(await look()).to.deep.equal([false, folders])
    expect(await look()).to.deep.equal([false, []])
    file('good', `${GOOD}more`)
    expect(await look()).to.deep.equal([true, []])
    rmSync(join(skills, 'pipe/SKILL.md'))
    expect(await look()).to.deep.equal([true, ['/pipe']])
    expect(await look()).to.deep.equal([false, ['/pipe']])
    expect(await look()).to.deep.equal([false, []])
    close()
  })

  it('see 2,000 folders of a root, read each twice, and then only those that change', async () => {
    const { look, skills, file, close } = seen((_, plant) => {
      for (let at = 0; at < 2001; at += 1) plant(`s${String(at)}`)
    })
    for (let times = 0; times < 2; times += 1) {
      const [hasChanged, opened] = await look()
      expect(hasChanged).to.equal(false)
      expect(opened).to.have.length(2000)
    }
    expect(await look()).to.deep.equal([false, []])
    appendFileSync(join(skills, 's0/SKILL.md'), 'x')
    expect(await look()).to.deep.equal([true, []])
    file('s0/agents/more')
    // The root has 2,000 folders already; those that came are beyond them.
    expect(await look()).to.deep.equal([true, ['/s0']])
    close()
  })

  it('never overlap, let others have their turn, and end with the server', async () => {
    const { skills, file, close } = seen((_, plant) => {
      for (let at = 0; at < 800; at += 1) plant(`s${String(at)}`)
    })
    const root = join(skills, '../../..')
    const home = join(root, 'user/.codex')
    const live = createLive()
    let tick = (): void => undefined
    let clocks = 0
    let looks = 0
    const logged: Array<string> = []
    const watch = watchSkills({
      live,
      home,
      userHome: join(root, 'user'),
      profile: '0.142',
      log: (line) => void logged.push(line),
      watch: {
        ...unattended(home),
        nowMs: () => {
          looks += 1
          return looks * 100_000
        },
        every: (_, run) => {
          tick = run
          clocks += 1
          return () => void (clocks -= 1)
        }
      }
    })
    const told: Array<string> = []
    live.onNotice(({ method }) => void told.push(method))
    expect(clocks).to.equal(0)
    live.put({ id: 'a', settings: { cwd: root } } as LiveThread)
    expect(clocks).to.equal(1)
    await watch.idle()
    file('s7', `${GOOD}more`)
    let turns = 0
    let isDone = false
    const turn = (): void => {
      turns += 1
      tick()
      if (!isDone) setImmediate(turn)
    }
    tick()
    setImmediate(turn)
    await watch.idle()
    isDone = true
    expect(looks).to.equal(1)
    expect(turns).to.be.greaterThan(1)
    expect(told).to.deep.equal(['skills/changed'])
    // A look that runs when the last thread is unloaded, or the server ends, tells nobody.
    await watch.idle()
    file('s8', `${GOOD}more`)
    tick()
    live.unload('a')
    expect(clocks).to.equal(0)
    await watch.close()
    expect(told).to.deep.equal(['skills/changed'])
    expect(logged).to.deep.equal([])
    close()
  })
})
