// Problems of a home: names, places, kinds of files, what continues what, and what lies beside the rollouts. Whole findings are
// compared; the sentences are those of the catalogue, which other tests look at.
import { expect } from 'chai'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import xxhash from 'xxhash-wasm'
import { zstdStored } from '../../../support/zstd.ts'
import { checked, meta, line, rowOf, size, turn, type Row } from '../../../support/checked.ts'
import { removeFolder } from '../../../support/fixture-home.ts'
import { emptyHome, rolloutPath, THREAD, writeRollout } from '../../../support/rollouts.ts'

const OTHER = '01960999-0000-7000-8000-000000000999'
const SEGMENT = '01970001-0000-7000-8000-000000000001'
const DAY = 'sessions/2026/05/01'
const NAME = `rollout-2026-05-01T10-00-00-${THREAD}.jsonl`
const WHOLE = meta() + turn('t1')
const LONG_AGO = new Date('2026-05-01T10:00:00Z')

type Place = readonly [path: string | null, ...row: Row]

/** Findings with the paths they are about. */
const found = async (home: string, threadId?: string): Promise<ReadonlyArray<Place>> => {
  const { findings } = await checked({ home, ...(threadId === undefined ? {} : { threadId }) })
  return findings.map((finding) => [finding.path, ...rowOf(finding)])
}

const of = (path: string, kind: string, severity: string, facts: object): Place =>
  [...[path, kind, severity, null, null, null, facts]] as unknown as Place

describe('check: homes', () => {
  let home = ''
  beforeEach(() => {
    home = emptyHome()
    mkdirSync(join(home, DAY), { recursive: true })
    mkdirSync(join(home, 'archived_sessions'), { recursive: true })
  })
  afterEach(() => removeFolder(home))
  const put = (path: string, bytes: string | Buffer = WHOLE): void =>
    writeRollout(join(home, path), bytes)
  const old = (path: string): void => utimesSync(join(home, path), LONG_AGO, LONG_AGO)

  it('has nothing to say about an empty home, and about one with a rollout', async () => {
    expect(await found(home)).to.deep.equal([])
    put(`${DAY}/${NAME}`)
    expect(await found(home)).to.deep.equal([])
  })

  it('tells a name without a time, and one that nobody takes for a rollout', async () => {
    put(`${DAY}/rollout-2026-05-01-${THREAD}.jsonl`)
    put(`${DAY}/rollout-2026-13-01T10-00-00-${OTHER}.jsonl`, meta({ id: OTHER }))
    put(`${DAY}/notes.jsonl`)
    const named = `${DAY}/rollout-2026-13-01T10-00-00-${OTHER}.jsonl`
    expect(await found(home)).to.deep.equal([
      of(`${DAY}/notes.jsonl`, 'bad_filename', 'warning', { problem: 'no_rollout_name' }),
      of(`${DAY}/rollout-2026-05-01-${THREAD}.jsonl`, 'bad_filename', 'warning', {
        problem: 'no_rollout_name'
      }),
      of(named, 'bad_filename', 'warning', { problem: 'no_such_time' })
    ])
  })

  it('tells a rollout outside the folders of days, and one deep in the archive', async () => {
    const deep = `archived_sessions/2026/rollout-2026-05-01T10-00-00-${OTHER}.jsonl`
    put(`sessions/2026/05/${NAME}`)
    put(deep, meta({ id: OTHER }))
    expect(await found(home)).to.deep.equal([
      of(deep, 'wrong_folder', 'warning', { expected: 'archived_sessions' }),
      of(`sessions/2026/05/${NAME}`, 'wrong_folder', 'warning', { expected: DAY })
    ])
  })

  it('takes a rollout in the folder of another day for harmless', async () => {
    put(`sessions/2026/05/02/${NAME}`)
    expect(await found(home)).to.deep.equal([
      of(`sessions/2026/05/02/${NAME}`, 'wrong_folder', 'note', { expected: DAY })
    ])
  })

  it('tells which of two files of a thread is not shown', async () => {
    put(`${DAY}/${NAME}`)
    put(`archived_sessions/${NAME}`)
    expect(await found(home)).to.deep.equal([
      of(`archived_sessions/${NAME}`, 'duplicate_thread', 'warning', { shown: `${DAY}/${NAME}` })
    ])
  })

  it('tells a rollout beside its compressed form, and reads both', async () => {
    put(`${DAY}/${NAME}`)
    put(`${DAY}/${NAME}.zst`, zstdStored(Buffer.from(`${WHOLE}[]\n`)))
    expect(await found(home)).to.deep.equal([
      of(`${DAY}/${NAME}.zst`, 'twin_compressed', 'warning', { shown: `${DAY}/${NAME}` }),
      [`${DAY}/${NAME}.zst`, 'not_an_event', 'broken', size(WHOLE), 2, 5, {}]
    ])
  })

  it('tells a compressed rollout that is cut short, from the byte on that is missing', async () => {
    const whole = zstdStored(Buffer.from(WHOLE))
    put(`${DAY}/${NAME}.zst`, whole.subarray(0, whole.length - 10))
    const [first] = await found(home)
    expect(first?.slice(0, 3)).to.deep.equal([`${DAY}/${NAME}.zst`, 'compressed_damaged', 'broken'])
  })

  it('compares the checksums of compressed rollouts when it looks deep', async () => {
    const bytes = Buffer.from(WHOLE)
    const checksum = Number((await xxhash()).create64().update(bytes).digest() & 0xffffffffn)
    const second = Buffer.from(turn('t2'))
    put(`${DAY}/${NAME}.zst`, Buffer.concat([zstdStored(bytes, checksum), zstdStored(second, 7)]))
    expect(await found(home)).to.deep.equal([])
    const { findings } = await checked({ home, deep: true })
    expect(findings.map(rowOf)).to.deep.equal([
      [
        ...['compressed_damaged', 'broken', size(WHOLE), size(turn('t2')), null],
        { reason: 'checksum' }
      ]
    ])
  })

  it('never opens a link, a pipe or a device, and follows no linked folder', async () => {
    put('outside.jsonl')
    symlinkSync(join(home, 'outside.jsonl'), join(home, DAY, NAME))
    execFileSync('mkfifo', [join(home, DAY, `rollout-2026-05-01T10-00-00-${OTHER}.jsonl`)])
    symlinkSync(home, join(home, 'sessions', '2027'))
    expect(await found(home)).to.deep.equal([
      of(`${DAY}/${NAME}`, 'not_a_plain_file', 'warning', { is: 'link' }),
      of(`${DAY}/rollout-2026-05-01T10-00-00-${OTHER}.jsonl`, 'not_a_plain_file', 'warning', {
        is: 'pipe'
      }),
      of('sessions/2027', 'not_a_plain_file', 'warning', { is: 'link' })
    ])
  })

  it('tells temporary files that nobody has touched for long', async () => {
    const temporary = [
      `${DAY}/.${NAME}.01960001.tmp`,
      '.unroll/session_index.jsonl.tmp',
      '.unroll/files.lock.123456'
    ]
    for (const path of [...temporary, `${DAY}/young.tmp`]) put(path, 'x')
    for (const path of temporary) old(path)
    expect(await found(home)).to.deep.equal(
      [
        `${DAY}/.${NAME}.01960001.tmp`,
        '.unroll/files.lock.123456',
        '.unroll/session_index.jsonl.tmp'
      ].map((path) => of(path, 'leftover_file', 'warning', {}))
    )
  })

  it('tells names of threads that are gone, and lines that name nothing', async () => {
    put(`${DAY}/${NAME}`)
    const name = (id: string): string => `${JSON.stringify({ id, thread_name: 'n' })}\n`
    put('session_index.jsonl', `${name(THREAD)}${name(OTHER)}{"id":\n${name(OTHER)}{"id":"x"}`)
    const three = 2 * size(name(OTHER)) + 7
    expect(await found(home)).to.deep.equal([
      [
        'session_index.jsonl',
        'damaged_name_line',
        'warning',
        2 * size(name(THREAD)),
        6,
        2,
        { terminated: true }
      ],
      [
        'session_index.jsonl',
        'damaged_name_line',
        'warning',
        three + size(name(OTHER)),
        10,
        4,
        { terminated: false }
      ],
      ['session_index.jsonl', 'stale_name', 'note', three, size(name(OTHER)) - 1, 3, { id: OTHER }]
    ])
  })

  it('tells operations of processes that are gone, their locks, and records that cannot be read', async () => {
    const began = {
      ...{ record: 'began', id: 'o1', at: '2026-05-01T10:00:00Z', operation: 'archive' },
      ...{ threadIds: [THREAD], by: { pid: 2 ** 30, user: 'u', actor: 'cli' } }
    }
    const ended = { record: 'ended', id: 'o2', at: 'x', outcome: 'done' }
    const lines = [began, { ...began, id: 'o2' }, ended].map((one) => `${JSON.stringify(one)}\n`)
    put('.unroll/operations.jsonl', `${lines.join('')}{"record":`)
    put('.unroll/observations.jsonl', '7\n')
    put('.unroll/files.lock', `${2 ** 30} 1 `)
    const lock = `${THREAD}.boot.1.${2 ** 30}.5.abc.lock`
    put(`.unroll/locks/${lock}`, '')
    const log = '.unroll/operations.jsonl'
    expect(await found(home)).to.deep.equal([
      ['.unroll/observations.jsonl', 'damaged_log_line', 'warning', 0, 1, 0, { terminated: true }],
      [log, 'damaged_log_line', 'warning', size(lines.join('')), 10, 3, { terminated: false }],
      [
        ...[log, 'unfinished_operation', 'warning', 0, size(lines[0] ?? '') - 1, 0],
        { operationId: 'o1', operation: 'archive', began: '2026-05-01T10:00:00Z' }
      ],
      of(`.unroll/locks/${lock}`, 'stale_lock', 'note', {}),
      of('.unroll/files.lock', 'stale_lock', 'note', {})
    ])
  })

  it('looks at one thread only when asked to', async () => {
    put(`${DAY}/${NAME}`, `${WHOLE}[]\n`)
    put(`${DAY}/rollout-2026-05-01T10-00-00-${OTHER}.jsonl`, '[]\n')
    put('session_index.jsonl', 'x\n')
    expect(await found(home, THREAD)).to.deep.equal([
      [`${DAY}/${NAME}`, 'not_an_event', 'broken', size(WHOLE), 2, 5, {}]
    ])
  })

  describe('what continues what', () => {
    const paginated = (changes: object, ordinal: number): string =>
      line(
        'session_meta',
        {
          id: THREAD,
          timestamp: 't',
          cwd: '/w',
          originator: 'o',
          cli_version: '1',
          history_mode: 'paginated',
          ...changes
        },
        ordinal
      )
    const base =
      paginated({}, 0) +
      line('world_state', { full: true, state: {} }, 1) +
      line('world_state', { full: true, state: {} }, 2)
    const segmentName = `rollout-2026-05-01T11-00-00-${THREAD}_${SEGMENT}.jsonl`
    const continuing = (id: string, ordinal: number, offset: number): string =>
      paginated(
        {
          history_base: { thread_id: id, end_ordinal_exclusive: ordinal, end_byte_offset: offset }
        },
        ordinal
      )
    const place = (id: string, ordinal: number, offset: number) => ({
      continues: { thread_id: id, end_ordinal_exclusive: ordinal, end_byte_offset: offset }
    })
    const CASES = [
      { title: 'a base that fits', id: THREAD, ordinal: 3, offset: size(base), kind: null },
      { title: 'a base that is not there', id: OTHER, ordinal: 3, offset: 9, kind: 'base_missing' },
      {
        title: 'a base that is shorter',
        id: THREAD,
        ordinal: 3,
        offset: size(base) + 1,
        kind: 'base_shrunk'
      },
      {
        title: 'a place inside a line',
        id: THREAD,
        ordinal: 3,
        offset: size(base) - 2,
        kind: 'base_mismatch'
      },
      {
        title: 'a place with another number',
        id: THREAD,
        ordinal: 9,
        offset: size(base),
        kind: 'base_mismatch'
      },
      {
        title: 'a file that continues itself',
        id: SEGMENT,
        ordinal: 3,
        offset: 9,
        kind: 'base_cycle'
      }
    ]
    for (const compressed of [false, true])
      for (const { title, id, ordinal, offset, kind } of CASES)
        it(`tells ${title}${compressed ? ', compressed' : ''}`, async () => {
          const basePath = `${DAY}/${NAME}${compressed ? '.zst' : ''}`
          put(basePath, compressed ? zstdStored(Buffer.from(base)) : base)
          const first = continuing(id, ordinal, offset)
          put(`${DAY}/${segmentName}`, first)
          const file = id === THREAD ? basePath : id === SEGMENT ? `${DAY}/${segmentName}` : null
          const facts = { ...place(id, ordinal, offset), file }
          expect(await found(home)).to.deep.equal(
            kind === null
              ? []
              : [[`${DAY}/${segmentName}`, kind, 'broken', 0, size(first) - 1, 0, facts]]
          )
        })

    it('tells a file that does not say what it continues', async () => {
      put(`${DAY}/${NAME}`, base)
      put(`${DAY}/${segmentName}`, `nothing\n${line('world_state', { full: true, state: {} }, 4)}`)
      expect((await found(home)).map(([path, kind]) => [path, kind])).to.deep.equal(
        ['no_session_meta', 'base_unknown', 'not_json'].map((kind) => [
          `${DAY}/${segmentName}`,
          kind
        ])
      )
    })
  })

  /** What somebody else finds: nobody may be kept from reading by permissions who is root. */
  const foundByAnother = async (): ReturnType<typeof found> => {
    chmodSync(home, 0o755)
    const isRoot = process.geteuid?.() === 0
    if (isRoot) process.seteuid?.(65534)
    try {
      return await found(home)
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  }

  it('tells what the system does not let it read', async () => {
    put(`${DAY}/${NAME}`)
    chmodSync(join(home, DAY, NAME), 0)
    expect(await foundByAnother()).to.deep.equal([
      of(`${DAY}/${NAME}`, 'unreadable_file', 'broken', { reason: 'EACCES' })
    ])
  })

  it('judges rollouts by their own bytes where locks beside them cannot be looked at', async () => {
    put(`${DAY}/${NAME}`)
    put(`${DAY}/rollout-2026-05-01T11-00-00-${OTHER}.jsonl`, `${meta({ id: OTHER })}{"torn`)
    for (const folder of ['.unroll', 'thread-writer-locks']) {
      mkdirSync(join(home, folder, 'locks'), { recursive: true })
      chmodSync(join(home, folder), 0)
    }
    const rollout = `${DAY}/rollout-2026-05-01T11-00-00-${OTHER}.jsonl`
    expect(
      (await foundByAnother()).map(([path, kind, severity]) => [path, kind, severity])
    ).to.deep.equal([
      [rollout, 'torn_tail', 'broken'],
      ['.unroll', 'unreadable_file', 'warning']
    ])
    for (const folder of ['.unroll', 'thread-writer-locks']) chmodSync(join(home, folder), 0o700)
  })

  it('tells locks that a full disk left unfinished as soon as their process is gone', async () => {
    const gone = spawnSync(process.execPath, ['--version']).pid
    put(`.unroll/files.lock.${gone}`, '')
    put(`.unroll/seals.lock.next.${gone}`, '')
    put(`.unroll/plugins.lock.${process.pid}`, '')
    expect(await found(home)).to.deep.equal([
      of(`.unroll/files.lock.${gone}`, 'leftover_file', 'warning', {}),
      of(`.unroll/seals.lock.next.${gone}`, 'leftover_file', 'warning', {})
    ])
  })

  it('says in whole sentences what is affected and what to type next', async () => {
    writeFileSync(rolloutPath(home, THREAD), `${WHOLE}{"timestamp":"20`)
    const { findings, summary } = await checked({ home })
    expect(findings).to.deep.equal([
      {
        kind: 'torn_tail',
        severity: 'broken',
        threadId: THREAD,
        path: `${DAY}/${NAME}`,
        range: { offsetBytes: size(WHOLE), bytes: 16 },
        revision: 5,
        affected: 'Its content is lost; if an older Codex appends here, its next line is lost too.',
        remedy: `unroll repair plan ${THREAD}`,
        facts: {}
      }
    ])
    expect(summary).to.deep.equal({
      rollouts: 1,
      ok: 0,
      warned: 0,
      broken: 1,
      findings: { note: 0, warning: 0, broken: 1 },
      bytes: size(WHOLE) + 16,
      partlyRead: 0
    })
  })
})
