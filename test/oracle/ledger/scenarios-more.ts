/**
 * Scenarios about plugins, goals, automatic reviewers, and homes that went from one version to another.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pause } from './client.ts'
import { DEMO, HOME, REPOSITORY, ROOT, TOOLS, write } from './home.ts'
import type { Asked } from './model.ts'
import { compacted, does, says, script, takenBack, type Run } from './run.ts'
import { command, reply, text, tool } from './say.ts'
import type { Scenario } from './scenario.ts'

const MARKET = join(ROOT, 'market')
const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`

const makeMarket = (version: string): void => {
  const source = { source: 'local', path: './plugins/labplug' }
  const policy = { installation: 'AVAILABLE', authentication: 'ON_INSTALL' }
  const plugins = [{ name: 'labplug', source, policy, category: 'Productivity' }]
  const plugin = join(MARKET, 'plugins/labplug')
  write(join(MARKET, '.agents/plugins/marketplace.json'), json({ name: 'labmarket', plugins }))
  const manifest = { name: 'labplug', version, description: 'A lab plugin' }
  const parts = { mcpServers: './.mcp.json', skills: './skills' }
  write(join(plugin, '.codex-plugin/plugin.json'), json({ ...manifest, ...parts }))
  const server = { command: process.execPath, args: [TOOLS] }
  write(join(plugin, '.mcp.json'), json({ mcpServers: { plugtools: server } }))
  const skill = '---\nname: hello\ndescription: Says hello\n---\nSay hello.\n'
  write(join(plugin, 'skills/hello/SKILL.md'), skill)
}

const skillPath = (): string => {
  const cache = join(HOME, 'plugins/cache')
  const found = (readdirSync(cache, { recursive: true }) as Array<string>).find((path) =>
    path.endsWith('SKILL.md')
  )
  return join(cache, found ?? 'none')
}

const installed = (run: Run): Promise<unknown> => {
  const marketplacePath = join(MARKET, '.agents/plugins/marketplace.json')
  return run.attempt('plugin/install', { marketplacePath, pluginName: 'labplug' })
}

const enabled = (run: Run, value: boolean): Promise<unknown> => {
  const keyPath = 'plugins.labplug@labmarket.enabled'
  return run.attempt('config/value/write', { keyPath, value, mergeStrategy: 'upsert' })
}

const plugin: Scenario = {
  play: async (run) => {
    makeMarket('1.2.3')
    await run.start()
    await run.attempt('marketplace/add', { source: MARKET })
    await installed(run)
    const thread = await run.thread('plugin', { cwd: REPOSITORY })
    const namespace = run.era === 130 ? 'mcp__plugtools__' : 'mcp__plugtools'
    const called = does(() => [
      tool('echo', { text: 'hello' }, { namespace }),
      tool('fail', {}, { namespace })
    ])
    const mention = { type: 'mention', name: 'labplug', path: 'plugin://labplug@labmarket' }
    const words = { type: 'text', text: 'Use the plugin' }
    await run.turn(thread, [called, says()], { input: [words, mention] })
    const skill = { type: 'skill', name: 'labplug:hello', path: skillPath() }
    await run.turn(thread, [says()], { input: [{ type: 'text', text: 'Use the skill' }, skill] })
    await run.turn(thread, [does(() => [command(`cat ${skillPath()}`)]), says()])
    await enabled(run, false)
    await enabled(run, true)
    makeMarket('1.10.0')
    await installed(run)
    const later = await run.thread('plugin of another version')
    await run.turn(later, [says()], { input: [words, mention] })
    await run.turn(later, [says()], { input: [words, { ...skill, path: skillPath() }] })
  }
}

const pluginGone: Scenario = {
  play: async (run) => {
    makeMarket('1.2.3')
    await run.start()
    await run.attempt('marketplace/add', { source: MARKET })
    await installed(run)
    const thread = await run.thread('plugin', { cwd: DEMO })
    const mention = { type: 'mention', name: 'labplug', path: 'plugin://labplug@labmarket' }
    await run.turn(thread, [says()], { input: [{ type: 'text', text: 'Use the plugin' }, mention] })
    await run.attempt('plugin/uninstall', { pluginId: 'labplug@labmarket' })
    await run.turn(thread, [says()])
    const marketplacePath = join(MARKET, '.agents/plugins/marketplace.json')
    await run.attempt('plugin/install', { marketplacePath, pluginName: 'nosuch' })
  }
}

const goal: Scenario = {
  settings: { features: { goals: true } },
  eras: [142, 169],
  play: async (run) => {
    await run.start()
    const thread = await run.thread('goal')
    await run.turn(thread, [says()])
    const more = () => ({ ...says('answer for the goal'), isOptional: true as const })
    run.model.expect(more(), more(), more())
    await run.attempt('thread/goal/set', {
      threadId: thread,
      objective: 'Reach it',
      tokenBudget: 300
    })
    await pause(1500)
    await run.client().quiet(500)
    run.model.left()
    await run.attempt('thread/goal/set', { threadId: thread, status: 'complete' })
    await run.turn(thread, [says()])
    await run.attempt('thread/goal/clear', { threadId: thread })
  }
}

const allows = (isAllowed: boolean): string =>
  JSON.stringify({
    risk_level: isAllowed ? 'low' : 'high',
    user_authorization: isAllowed ? 'high' : 'low',
    outcome: isAllowed ? 'allow' : 'deny',
    rationale: 'The lab says so.'
  })

/** Another model decides what may be done. */
const guardian: Scenario = {
  settings: { features: { guardian_approval: true } },
  play: async (run) => {
    await run.start()
    const params = {
      approvalPolicy: 'on-request',
      sandbox: 'read-only',
      approvalsReviewer: 'guardian_subagent'
    }
    const thread = await run.thread('guarded', params)
    const isOwn = ({ threadId }: Asked): boolean => threadId === thread
    const isGuardian = (asked: Asked): boolean => !isOwn(asked)
    const escalated = {
      sandbox_permissions: 'require_escalated',
      justification: 'The lab needs it'
    }
    await run.turn(thread, [says()])
    for (const isAllowed of [true, false])
      await run.turn(thread, [
        {
          ...does(() => [command(`touch allowed-${String(isAllowed)}.txt`, escalated)]),
          isFor: isOwn
        },
        {
          ...script('guardian', () => reply([text(allows(isAllowed))])),
          isFor: isGuardian,
          isOptional: true as const
        },
        { ...says(), isFor: isOwn }
      ])
    await run.turn(thread, [{ ...says(), isFor: isOwn }])
  }
}

/** A home that an earlier version began. */
const upgraded: Scenario = {
  hasEarlier: true,
  play: async (run) => {
    const summary = () => script('compaction', () => reply([text('LAB SUMMARY.')]))
    await run.start('earlier')
    const root = await run.thread('root')
    await run.turn(root, [says()])
    await run.turn(root, [does(() => [command('echo earlier')]), says()])
    const old = await run.fork(root, 'fork by the earlier version')
    await run.turn(old, [says('answer in the fork')])
    await run.stop()
    await run.start()
    await run.ask('thread/resume', { threadId: root })
    await run.turn(root, [does(() => [command('echo later')]), says()])
    const fork = await run.fork(root, 'fork by the later version')
    await run.turn(fork, [says('answer in the fork')])
    await run.ask('thread/resume', { threadId: old })
    await run.turn(old, [says('answer in the fork')])
    const forkOfFork = await run.fork(old, 'fork of the earlier fork')
    await run.turn(forkOfFork, [says('answer in the fork')])
    await compacted(run, root, [summary()])
    await run.turn(root, [says()])
    await takenBack(run, root, 1)
    await run.turn(root, [says()])
  }
}

/** A later version, and then the earlier one again. */
const downgraded: Scenario = {
  hasEarlier: true,
  play: async (run) => {
    await run.start('earlier')
    const root = await run.thread('root')
    await run.turn(root, [says()])
    await run.stop()
    await run.start()
    const late = await run.thread('begun later')
    await run.turn(late, [says()])
    await run.ask('thread/resume', { threadId: root })
    await run.turn(root, [does(() => [command('echo later')]), says()])
    await run.stop()
    await run.start('earlier')
    for (const threadId of [root, late]) {
      const resumed = await run.attempt('thread/resume', { threadId })
      if (resumed['error'] === undefined)
        await run.turn(threadId, [says('answer after the way back')])
    }
  }
}

/** What does not fit elsewhere. */
export const MORE: Readonly<Record<string, Scenario>> = {
  plugin,
  'plugin-gone': pluginGone,
  goal,
  guardian,
  upgraded,
  downgraded
}
