// Starting threads: rows of Codex's own tests of `thread/start`, by their names.
import { expect } from 'chai'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inRoom, invalid, PLAIN, saying, scriptedHost, type ThreadPage } from '../support/room.ts'

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const UNKNOWN = { environmentId: 'nope', cwd: '/tmp' }
const RELATIVE = { environmentId: 'local', cwd: 'somewhere' }

describe('checklist: thread/start', () => {
  it('thread_start_creates_thread_and_emits_started: the same thread in both', () =>
    inRoom('basic-142', async (room) => {
      const from = room.client.received.length
      const answer = await room.ok('thread/start', { model: 'lab-b', cwd: '/workspace/demo' })
      const { thread } = answer
      expect(thread.id).to.match(V7)
      expect(thread.createdAt).to.equal(thread.updatedAt)
      expect([
        answer['model'],
        answer['modelProvider'],
        answer['cwd'],
        thread.preview,
        thread.ephemeral,
        thread.status
      ]).to.deep.equal(['lab-b', 'mock', '/workspace/demo', '', false, { type: 'idle' }])
      expect(room.client.received.slice(from + 1)).to.deep.equal([
        { method: 'thread/started', params: { thread } }
      ])
    }))

  it('thread_start_ephemeral_remains_pathless: no path, no file', () =>
    inRoom('basic-142', async (room) => {
      const files = readdirSync(room.home, { recursive: true })
      const { thread } = await room.ok('thread/start', { ephemeral: true })
      expect([thread.ephemeral, thread.path]).to.deep.equal([true, null])
      expect(readdirSync(room.home, { recursive: true })).to.deep.equal(files)
      const { data } = await room.ok<ThreadPage>('thread/list', { modelProviders: [] })
      expect(data.some(({ id }) => id === thread.id)).to.equal(false)
    }))

  it('thread_start_accepts_metrics_service_name: and does nothing with it', () =>
    inRoom('basic-142', async (room) => {
      const { thread } = await room.ok('thread/start', { serviceName: 'my_app_server_client' })
      expect(thread.id).to.match(V7)
    }))

  it('thread_start_rejects_unknown_environment_as_invalid_request: a turn too', async () => {
    const { host } = scriptedHost()
    await inRoom(
      'basic-142',
      async (room) => {
        const words = invalid('unknown turn environment id `nope`')
        expect(await room.refused('thread/start', { environments: [UNKNOWN] })).to.deep.equal(words)
        await room.ok('thread/resume', { threadId: PLAIN })
        const turn = { threadId: PLAIN, input: saying('go'), environments: [UNKNOWN] }
        expect(await room.refused('turn/start', turn)).to.deep.equal(words)
      },
      { turns: host }
    )
  })

  it('thread_start_rejects_relative_environment_cwd: where it is read or where it is used', async () => {
    for (const [profile, words] of [
      ['0.130', 'Invalid request: AbsolutePathBuf deserialized without a base path'],
      [
        '0.142',
        'invalid cwd for environment `local`: path `somewhere` does not use absolute POSIX or Windows path syntax'
      ],
      [
        '0.169',
        'invalid cwd for environment `local`: path `somewhere` does not use absolute POSIX or Windows path syntax'
      ]
    ] as const)
      await inRoom(
        'basic-142',
        async (room) => {
          expect(await room.refused('thread/start', { environments: [RELATIVE] })).to.deep.equal(
            invalid(words)
          )
        },
        { profile }
      )
  })

  const untouched = (params: object) =>
    inRoom('basic-142', async (room) => {
      const config = join(room.home, 'config.toml')
      const cwd = join(room.home, 'repository', 'nested')
      mkdirSync(join(room.home, 'repository', '.git'), { recursive: true })
      mkdirSync(cwd)
      for (const trust of ['', 'trusted', 'untrusted']) {
        const known = trust === '' ? '' : `\n[projects."${cwd}"]\ntrust_level = "${trust}"\n`
        const bytes = readFileSync(config, 'utf8').split(`\n[projects."${cwd}"]`)[0] ?? ''
        writeFileSync(config, `${bytes}${known}`)
        const before = readFileSync(config)
        await room.ok('thread/start', { cwd, ...params })
        expect(readFileSync(config).equals(before)).to.equal(true)
        expect(existsSync(join(cwd, '.codex'))).to.equal(false)
      }
    })
  it('thread_start_with_nested_git_cwd_trusts_repo_root: is not done, the configuration is the user’s', () =>
    untouched({ sandbox: 'workspace-write' }))
  it('thread_start_with_read_only_sandbox_does_not_persist_project_trust: nothing is written', () =>
    untouched({ sandbox: 'read-only' }))
  it('thread_start_preserves_untrusted_project_trust: nothing is written', () =>
    untouched({ sandbox: 'danger-full-access' }))
  it('thread_start_skips_trust_write_when_project_is_already_trusted: nothing is written', () =>
    untouched({ approvalPolicy: 'on-request', sandbox: 'workspace-write' }))
})
