// skills/changed: told while a thread is loaded, at the next look and then at most every ten seconds, to every client.
import { expect } from 'chai'
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { IDLE_MS } from '../../../adapters/rpc/follow/idle.ts'
import type { FileWatch } from '../../../adapters/home/file-watch.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import type { PlantedFile } from '../../support/made-settings.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { plantedRoot } from '../../support/planted-settings.ts'
import { clientOf, serverOf, shaken, unattended } from '../../support/rpc-client.ts'

const SKILL = '---\ndescription: d\n---\n'

/** A clock that moves when a test says so; calls come when they are due, and each is waited for. */
const testClock = (home: string) => {
  let nowMs = 1_795_251_600_000
  const timers = new Set<{ dueMs: number; readonly periodMs: number; readonly run: () => void }>()
  const watch: FileWatch = {
    ...unattended(home),
    nowMs: () => nowMs,
    every: (periodMs, run) => {
      const timer = { dueMs: nowMs + periodMs, periodMs, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    }
  }
  return {
    watch,
    periods: () => [...timers].map(({ periodMs }) => periodMs).toSorted((a, b) => a - b),
    pass: async (ms: number, idle: () => Promise<void>): Promise<void> => {
      const endMs = nowMs + ms
      for (;;) {
        const [next] = [...timers].toSorted((a, b) => a.dueMs - b.dueMs)
        if (next === undefined || next.dueMs > endMs) break
        nowMs = next.dueMs
        next.dueMs += next.periodMs
        next.run()
        await idle()
      }
      nowMs = endMs
    }
  }
}

interface Watched {
  readonly root: string
  readonly path: (path: string) => string
  readonly write: (path: string, text: string) => void
  readonly start: (cwd?: string) => Promise<string>
  readonly ask: (method: string, params: object) => Promise<unknown>
  /** Lets time pass, and tells what each of both clients was told of skills meanwhile. */
  readonly told: (ms: number) => Promise<readonly [number, number]>
  readonly periods: () => ReadonlyArray<number>
}

const open: Array<() => Promise<void>> = []

const watched = async (
  files: ReadonlyArray<PlantedFile>,
  profile: ProfileName = '0.142',
  powers: ReadonlyArray<'skills'> = ['skills']
): Promise<Watched> => {
  const root = plantedRoot(files)
  const home = join(root, 'user/.codex')
  const clock = testClock(home)
  const server = serverOf(home, { profile, powers, userHome: join(root, 'user') }, clock.watch)
  const one = await shaken(clientOf(server))
  const other = await shaken(clientOf(server))
  const silent = clientOf(server)
  const { idle } = server.server.follow
  open.push(async () => {
    await server.close()
    expect(clock.periods()).to.deep.equal([])
    expect(server.logged).to.deep.equal([])
    expect(silent.received).to.deep.equal([])
    removeFolder(root)
  })
  const path = (below: string): string => join(root, below)
  return {
    root,
    path,
    write: (below, text) => {
      mkdirSync(join(root, below, '..'), { recursive: true })
      writeFileSync(join(root, below), text)
    },
    start: async (cwd = path('work/repo')) => {
      const { result } = await one.ask('thread/start', { cwd })
      await idle()
      return (result as { readonly thread: { readonly id: string } }).thread.id
    },
    ask: async (method, params) => {
      const { result } = await one.ask(method, params)
      await idle()
      return result
    },
    told: async (ms) => {
      const from = [one, other].map(({ received }) => received.length)
      await clock.pass(ms, idle)
      const [a = -1, b = -1] = [one, other].map(({ received }, at) => {
        const changes = received.slice(from[at]).filter(({ method }) => method === 'skills/changed')
        for (const { params } of changes) expect(params).to.deep.equal({})
        return changes.length
      })
      return [a, b]
    },
    periods: clock.periods
  }
}

const USER = 'user/.agents/skills/a/SKILL.md'
const FILES = [{ path: USER, text: SKILL }]
const NONE = [0, 0]
const ONCE = [1, 1]

describe('skills/changed', () => {
  afterEach(async () => {
    for (const close of open.splice(0)) await close()
  })

  for (const profile of ['0.130', '0.142', '0.169'] as const)
    it(`is told within two seconds to every client, once, in ${profile}`, async () => {
      const { start, write, told } = await watched(FILES, profile)
      await start()
      expect(await told(60_000)).to.deep.equal(NONE)
      write(USER, '---\ndescription: other\n---\n')
      expect(await told(2000)).to.deep.equal(ONCE)
      expect(await told(60_000)).to.deep.equal(NONE)
    })

  it('is told twice of ten changes in five seconds', async () => {
    const { start, write, told } = await watched(FILES)
    await start()
    const counts: Array<readonly [number, number]> = []
    for (let at = 0; at < 10; at += 1) {
      write(`user/.agents/skills/s${String(at)}/SKILL.md`, SKILL)
      counts.push(await told(500))
    }
    const first = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    expect(counts).to.deep.equal(first.map((count) => [count, count]))
    expect(await told(6999)).to.deep.equal(NONE)
    expect(await told(1)).to.deep.equal(ONCE)
    expect(await told(60_000)).to.deep.equal(NONE)
  })

  it('is told every ten seconds while changes go on', async () => {
    const { start, write, told } = await watched(FILES)
    await start()
    let count = 0
    for (let at = 0; at < 62; at += 1) {
      write(USER, `${SKILL}${'x'.repeat(at)}`)
      count += (await told(1000))[0]
    }
    expect(count).to.equal(7)
  })

  it('is not told without a thread, nor after the last one is unloaded, and no clock runs then', async () => {
    const { start, write, told, periods, ask } = await watched(FILES)
    const resting = periods()
    write(USER, `${SKILL}1`)
    expect(await told(60_000)).to.deep.equal(NONE)
    const [first, second] = [await start(), await start()]
    expect(periods()).to.deep.equal([...resting, 2000])
    expect(await told(60_000)).to.deep.equal(NONE)
    for (const threadId of [first, second]) await ask('thread/unsubscribe', { threadId })
    write(USER, `${SKILL}22`)
    expect(await told(2000)).to.deep.equal(ONCE)
    await told(IDLE_MS)
    expect(periods()).to.deep.equal(resting)
    write(USER, `${SKILL}333`)
    expect(await told(60_000)).to.deep.equal(NONE)
    await start()
    expect(await told(60_000)).to.deep.equal(NONE)
    write(USER, `${SKILL}4444`)
    expect(await told(2000)).to.deep.equal(ONCE)
  })

  it('is not told where the server may not read skills', async () => {
    const { start, write, told, periods } = await watched(FILES, '0.142', [])
    const resting = periods()
    await start()
    expect(periods()).to.deep.equal(resting)
    write(USER, `${SKILL}1`)
    expect(await told(60_000)).to.deep.equal(NONE)
  })

  it('is told of every kind of change, and of nothing else', async () => {
    const setting = await watched([
      ...FILES,
      { path: 'work/repo/.git/HEAD', text: '' },
      { path: 'elsewhere/linked/SKILL.md', text: SKILL },
      { path: 'user/.agents/skills/link', link: '../../../elsewhere/linked' },
      { path: 'user/.agents/skills/soon', link: '../../../elsewhere/soon' }
    ])
    const { start, path, write, told } = setting
    await start(path('work/repo/sub'))
    const changes: ReadonlyArray<readonly [string, () => void]> = [
      ['a file grew', () => appendFileSync(path(USER), 'x')],
      ['a file beside it came', () => write('user/.agents/skills/a/agents/openai.yaml', 'a: 1')],
      ['it changed', () => write('user/.agents/skills/a/agents/openai.yaml', 'a: 12')],
      ['it went', () => unlinkSync(path('user/.agents/skills/a/agents/openai.yaml'))],
      ['a folder came', () => mkdirSync(path('user/.agents/skills/b'))],
      ['a file came', () => write('user/.agents/skills/b/SKILL.md', SKILL)],
      [
        'a folder moved',
        () => renameSync(path('user/.agents/skills/b'), path('user/.agents/skills/c'))
      ],
      ['a folder went', () => rmSync(path('user/.agents/skills/c'), { recursive: true })],
      ['behind a link', () => appendFileSync(path('elsewhere/linked/SKILL.md'), 'x')],
      ['what a link leads to', () => write('elsewhere/soon/SKILL.md', SKILL)],
      ['a link', () => symlinkSync('../../../elsewhere', path('user/.agents/skills/more'))],
      ['a root of the home', () => write('user/.codex/skills/d/SKILL.md', SKILL)],
      ['a system skill', () => write('user/.codex/skills/.system/e/SKILL.md', SKILL)],
      ['a root of the project', () => write('work/repo/.agents/skills/f/SKILL.md', SKILL)],
      ['a root of a layer', () => write('work/repo/sub/.codex/skills/g/SKILL.md', SKILL)],
      ['a root went', () => rmSync(path('work/repo/sub/.codex'), { recursive: true })],
      ['all of the user went', () => rmSync(path('user/.agents'), { recursive: true })],
      ['and came', () => write(USER, SKILL)],
      [
        'the project has another root',
        () => mkdirSync(path('work/repo/sub/.git'), { recursive: true })
      ]
    ]
    for (const [what, change] of changes) {
      // Two looks between, so that what is remembered counts.
      expect(await told(20_000), what).to.deep.equal(NONE)
      change()
      expect(await told(2000), what).to.deep.equal(ONCE)
    }
    await told(20_000)
    write('user/.codex/sessions/x', '')
    write('user/.agents/skills/.hidden/SKILL.md', SKILL)
    await told(20_000)
    write('user/.agents/skills/.hidden/SKILL.md', `${SKILL}1`)
    write('work/other/.agents/skills/h/SKILL.md', SKILL)
    expect(await told(20_000)).to.deep.equal(NONE)
  })

  it('is told of skills of plugins that come, change and go', async () => {
    const bundle = 'user/.codex/plugins/cache/m/p/1.0.0'
    const { start, path, write, told } = await watched([
      { path: `${bundle}/.codex-plugin/plugin.json`, text: '{"name":"p"}' },
      { path: `${bundle}/skills/a/SKILL.md`, text: SKILL }
    ])
    await start()
    const changes: ReadonlyArray<() => void> = [
      () => write('user/.codex/config.toml', '[plugins."p@m"]\nenabled = true\n'),
      () => appendFileSync(path(`${bundle}/skills/a/SKILL.md`), 'x'),
      () => rmSync(path(bundle), { recursive: true })
    ]
    for (const change of changes) {
      expect(await told(20_000)).to.deep.equal(NONE)
      change()
      expect(await told(2000)).to.deep.equal(ONCE)
    }
  })

  it('is not told of switches, nor of a configuration that cannot be read', async () => {
    const { start, write, told, ask } = await watched([
      ...FILES,
      { path: 'user/.codex/config.toml', text: 'project_root_markers = [".mark"]\n' },
      { path: 'work/.mark', text: '' },
      { path: 'work/.agents/skills/w/SKILL.md', text: SKILL }
    ])
    await start()
    expect(await ask('skills/config/write', { name: 'a', enabled: false })).to.deep.equal({
      effectiveEnabled: false
    })
    expect(await told(20_000)).to.deep.equal(NONE)
    write('user/.codex/config.toml', 'x = [')
    expect(await told(20_000)).to.deep.equal(NONE)
    write('user/.codex/config.toml', 'project_root_markers = [".mark"]\n')
    expect(await told(20_000)).to.deep.equal(NONE)
    write('user/.codex/config.toml', 'project_root_markers = []\n')
    expect(await told(2000)).to.deep.equal(ONCE)
  })

  it('is told of folders that a client set, when they are set and when they change', async () => {
    const { root, start, write, told, ask } = await watched([
      { path: 'x/a/SKILL.md', text: SKILL },
      { path: 'y/b/SKILL.md', text: SKILL }
    ])
    await start()
    await ask('skills/extraRoots/set', { extraRoots: [join(root, 'x')] })
    expect(await told(20_000)).to.deep.equal(NONE)
    write('x/a/SKILL.md', `${SKILL}1`)
    expect(await told(2000)).to.deep.equal(ONCE)
    await ask('skills/extraRoots/set', { extraRoots: [join(root, 'y')] })
    write('x/a/SKILL.md', `${SKILL}22`)
    expect(await told(20_000)).to.deep.equal(NONE)
    write('y/b/SKILL.md', `${SKILL}22`)
    expect(await told(2000)).to.deep.equal(ONCE)
  })

  it('is told of a directory from the moment a thread works there', async () => {
    const { start, path, write, told } = await watched([
      { path: 'one/.agents/skills/a/SKILL.md', text: SKILL },
      { path: 'two/.agents/skills/b/SKILL.md', text: SKILL }
    ])
    await start(path('one'))
    write('two/.agents/skills/b/SKILL.md', `${SKILL}1`)
    expect(await told(1900)).to.deep.equal(NONE)
    await start(path('two'))
    expect(await told(20_000)).to.deep.equal(NONE)
    await start(path('two'))
    write('two/.agents/skills/b/SKILL.md', `${SKILL}22`)
    expect(await told(2000)).to.deep.equal(ONCE)
  })
})
