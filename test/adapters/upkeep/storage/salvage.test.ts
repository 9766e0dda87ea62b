// A home from whatever rollouts are left.
import { expect } from 'chai'
import { appendFileSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { salvage } from '../../../../adapters/upkeep/storage/salvage/salvage.ts'
import { compressRollouts } from '../../../../adapters/upkeep/storage/change.ts'
import { rolloutsOf } from '../../../../adapters/upkeep/storage/files.ts'
import { right, turnsOf, walk, withEngine } from '../../../support/engines.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'
import { copyOlder, threadsIn } from '../../../support/older-homes.ts'
import { homeFiles } from '../../../support/home-state.ts'
import { inHome, jsonLines } from '../../cli/console.ts'

const EVERY = ['cli', 'vscode', 'exec', 'appServer', 'subAgent', 'unknown'] as const
const HOMES = ['agents-169', 'fork-rollback-169', 'fork-rollback-142', 'basic-130'] as const

/** Everything a home tells: its lists with names, and every turn. */
const told = (home: string) =>
  withEngine({ home }, async (engine) => {
    const lists = []
    for (const archived of [false, true])
      lists.push(
        await walk((cursor) =>
          engine.listThreads({
            sourceKinds: EVERY,
            modelProviders: [],
            archived,
            limit: 100,
            cursor
          })
        )
      )
    const turns = []
    for (const { id } of lists.flat()) turns.push(await turnsOf(engine, id))
    return JSON.parse(JSON.stringify({ lists, turns }).replaceAll(home, '$HOME')) as unknown
  })

/** Copies the rollouts of a home into one flat folder; those of `archived_sessions` into one of that name. */
const backUp = (home: string, to: string, rename: (name: string, at: number) => string): void => {
  rolloutsOf(home).forEach(({ path, archived, modifiedAtMs }, at) => {
    const folder = archived ? join(to, 'old/archived_sessions') : join(to, `part ${at % 3}`)
    mkdirSync(folder, { recursive: true })
    const target = join(folder, rename(basename(path), at))
    copyFileSync(join(home, path), target)
    utimesSync(target, modifiedAtMs / 1000, modifiedAtMs / 1000)
  })
  const names = join(home, 'session_index.jsonl')
  if (existsSync(names)) copyFileSync(names, join(to, 'names of that machine'))
}

describe('salvage', () => {
  let folder: string
  let backup: string
  let target: string

  beforeEach(() => {
    folder = temporaryFolder()
    backup = join(folder, 'backup')
    target = join(folder, 'home')
    mkdirSync(backup)
  })
  afterEach(() => removeFolder(folder))

  const run = (folders: ReadonlyArray<string> = [backup]) =>
    right(() => salvage({ folders, home: target }))
  const outcomes = async (folders?: ReadonlyArray<string>) =>
    (await run(folders)).files.map(({ outcome }) => outcome).sort()

  it('brings lists, names and turns of a home back from its bare files, once', async () => {
    for (const name of HOMES) {
      const home = copyHome(name)
      const [from, to] = [join(folder, `${name}.from`), join(folder, `${name}.to`)]
      mkdirSync(from)
      backUp(home, from, (file) => file)
      const done = await right(() => salvage({ folders: [from], home: to }))
      expect(new Set(done.files.map(({ outcome }) => outcome)), name).to.deep.equal(
        new Set(['copied'])
      )
      const config = join(home, 'config.toml')
      if (existsSync(config)) copyFileSync(config, join(to, 'config.toml'))
      expect(await told(to), name).to.deep.equal(await told(home))
      const before = homeFiles(to)
      const again = await right(() => salvage({ folders: [from], home: to }))
      expect(again.files.map(({ outcome }) => outcome)).to.deep.equal(
        again.files.map(() => 'present')
      )
      expect([again.names, homeFiles(to)]).to.deep.equal([0, before])
      removeFolder(home)
    }
  })

  it('brings back rollouts from before the envelope, and documents, under whatever name', async () => {
    const [document, bare] = ['document-0-1-2505172129', 'bare-0-29-0'].map(copyOlder)
    const file = (home = ''): string =>
      (readdirSync(join(home, 'sessions'), { recursive: true }) as ReadonlyArray<string>)
        .map((path) => join(home, 'sessions', path))
        .find((path) => /\.jsonl?$/.test(path)) ?? ''
    copyFileSync(file(document), join(backup, 'a.json'))
    copyFileSync(file(bare), join(backup, 'b.bak'))
    writeFileSync(join(backup, 'package.json'), '{"name":"x","version":"1.0.0"}\n')
    expect(await outcomes()).to.deep.equal(['copied', 'copied'])
    expect(threadsIn(target).length).to.equal(2)
    for (const id of threadsIn(target))
      expect((await withEngine({ home: target }, (engine) => turnsOf(engine, id))).length).to.equal(
        1
      )
    expect(await outcomes()).to.deep.equal(['present', 'present'])
    for (const home of [document, bare]) if (home !== undefined) removeFolder(home)
  })

  it('knows rollouts whose names are lost by their first lines, compressed ones too', async () => {
    const home = copyHome('fork-rollback-142')
    const threads = rolloutsOf(home).map(({ threadId }) => threadId)
    await right(() => compressRollouts({ home, threads: threads.slice(0, 2) }))
    backUp(home, backup, (_, at) => `file-${at}.bak`)
    writeFileSync(join(backup, 'history.jsonl'), '{"session_id":"x","ts":1,"text":"hi"}\n')
    writeFileSync(join(backup, 'notes.txt'), 'not a rollout\n')
    const done = await run()
    expect(done.files.map(({ outcome }) => outcome)).to.deep.equal(threads.map(() => 'copied'))
    expect(done.others).to.equal(2)
    const turns = (where: string) =>
      withEngine({ home: where }, async (engine) => {
        const all = []
        for (const id of [...threads].sort()) all.push(await turnsOf(engine, id))
        return all
      })
    expect(await turns(target)).to.deep.equal(await turns(home))
    removeFolder(home)
  })

  const ID = '01a1fcde-3cb0-7011-8079-af112c16e46e'
  const NAME = `rollout-2026-11-21T06-49-45-${ID}.jsonl`
  const PLACE = `sessions/2026/11/21/${NAME}`
  const line = (message: string): string =>
    `${JSON.stringify({ timestamp: '2026-11-21T06:49:45.000Z', type: 'event_msg', payload: { type: 'user_message', message } })}\n`
  const put = (where: string, ...lines: ReadonlyArray<string>): void => {
    mkdirSync(join(folder, where), { recursive: true })
    writeFileSync(join(folder, where, NAME), lines.join(''))
  }
  const kept = (): ReadonlyArray<string> => {
    const path = join(target, '.unroll/salvage')
    return existsSync(path) ? readdirSync(path).filter((name) => name.endsWith('.jsonl')) : []
  }

  it('takes the longer of two files of which one begins the other', async () => {
    put('backup/a', line('one'))
    put('backup/b', line('one'), line('two'))
    expect(await outcomes()).to.deep.equal(['copied', 'older'])
    expect(readFileSync(join(target, PLACE), 'utf8')).to.equal(line('one') + line('two'))
    expect(kept()).to.deep.equal([])
  })

  it('takes the file with more events where they differ, and keeps the other one aside', async () => {
    put('backup/a', line('one'), line('x'), line('y'))
    put('backup/b', line('one'), line(`long ${'z'.repeat(5000)}`))
    expect(await outcomes()).to.deep.equal(['copied', 'kept'])
    expect(readFileSync(join(target, PLACE), 'utf8')).to.equal(line('one') + line('x') + line('y'))
    const [name = ''] = kept()
    expect(readFileSync(join(target, '.unroll/salvage', name), 'utf8')).to.equal(
      readFileSync(join(backup, 'b', NAME), 'utf8')
    )
    expect(await outcomes()).to.deep.equal(['kept', 'present'])
    expect(kept()).to.deep.equal([name])
  })

  it('never changes what the home has', async () => {
    put('home/sessions/2026/11/21', line('one'))
    put('backup/a', line('one'), line('two'))
    put('backup/b', line('other'))
    expect(await outcomes()).to.deep.equal(['kept', 'kept'])
    expect(readFileSync(join(target, PLACE), 'utf8')).to.equal(line('one'))
    expect(kept()).to.have.length(2)
  })

  it('gives every thread the newest of its names, and keeps a newer one of the home', async () => {
    const name = (id: string, text: string, at: string): string =>
      `${JSON.stringify({ id, thread_name: text, updated_at: at })}\n`
    const other = ID.replace('46e', '46f')
    put('backup/a', line('one'))
    writeFileSync(join(backup, 'a', NAME.replace('46e', '46f')), line('two'))
    writeFileSync(join(backup, 'one.jsonl'), name(ID, 'newest', '2026-11-21T08:00:00.000000002Z'))
    writeFileSync(
      join(backup, 'two.jsonl'),
      name(ID, 'older', '2026-11-21T08:00:00.000000001Z') +
        name(other, 'stale', '2026-11-20T08:00:00Z') +
        name('01a1fcde-0000-7011-8079-af112c16e46e', 'of nobody', '2026-11-20T08:00:00Z')
    )
    mkdirSync(target)
    const own = name(other, 'of the home', '2026-11-21T08:00:00Z')
    writeFileSync(join(target, 'session_index.jsonl'), own)
    expect((await run()).names).to.equal(1)
    expect(readFileSync(join(target, 'session_index.jsonl'), 'utf8')).to.equal(
      own + name(ID, 'newest', '2026-11-21T08:00:00.000000002Z')
    )
    expect((await run()).names).to.equal(0)
  })

  it('tells what it cannot use, and why', async () => {
    put('backup/a')
    const home = copyHome('fork-rollback-169')
    const segment = rolloutsOf(home).find(({ path }) => path.includes('_'))
    copyFileSync(join(home, segment?.path ?? ''), join(backup, 'nameless'))
    const zst = join(backup, NAME.replace('46e', '470') + '.zst')
    writeFileSync(zst, Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]))
    const before = homeFiles(backup)
    const { files } = await run()
    expect(
      files.map(({ source, outcome }) => [source.slice(backup.length + 1), outcome])
    ).to.have.deep.members([
      [`a/${NAME}`, 'unusable'],
      ['nameless', 'unusable'],
      [basename(zst), 'unusable']
    ])
    expect(files.every(({ reason }) => reason !== null)).to.equal(true)
    expect(homeFiles(backup)).to.deep.equal(before)
    removeFolder(home)
  })

  it('writes through no link out of the home', async () => {
    put('backup/a', line('one'))
    mkdirSync(target)
    mkdirSync(join(folder, 'elsewhere'))
    symlinkSync(join(folder, 'elsewhere'), join(target, 'sessions'))
    const done = await salvage({ folders: [backup], home: target })
    expect(done).to.deep.include({ _tag: 'Left' })
    expect(readdirSync(join(folder, 'elsewhere'))).to.deep.equal([])
  })

  it('goes on after it was cut off', async () => {
    const home = copyHome('agents-169')
    backUp(home, backup, (file) => file)
    const part = join(folder, 'part')
    mkdirSync(part)
    const [first] = rolloutsOf(home)
    copyFileSync(join(home, first?.path ?? ''), join(part, basename(first?.path ?? '')))
    await run([part])
    appendFileSync(join(target, '.unroll/salvage/copy.new'), 'half')
    expect(await outcomes()).to.deep.equal(['copied', 'copied', 'copied', 'copied', 'present'])
    expect(kept()).to.deep.equal([])
    removeFolder(home)
  })

  it('prints each file, the threads and a sum', async () => {
    const home = copyHome('basic-142')
    backUp(home, backup, (file) => file)
    cpSync(join(home, 'config.toml'), join(backup, 'config.toml'))
    const unroll = inHome(() => target)
    const { code, out } = await unroll(['salvage', backup, '--to', target, '--json', '--total'])
    const lines = jsonLines(out)
    const ids = [...new Set(rolloutsOf(home).map(({ threadId }) => threadId))].sort()
    expect(code).to.equal(0)
    expect(lines.filter((row) => row.outcome === 'copied')).to.have.length(ids.length)
    expect(
      lines.flatMap((row) => (row.preview === undefined ? [] : [row.id])).sort()
    ).to.deep.equal(ids)
    expect(lines.at(-1)).to.deep.equal({
      $: 'total',
      ...{ copied: ids.length, present: 0, older: 0, kept: 0, unusable: 0 },
      ...{ names: 1, others: 1, threads: ids.length }
    })
    expect(await unroll(['salvage', join(folder, 'nowhere'), '--to', target])).to.include({
      code: 3
    })
    removeFolder(home)
  })
})
