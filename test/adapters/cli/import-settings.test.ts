// unroll import settings: what it would do, what it does, and that undo takes it back.
import { expect } from 'chai'
import { join } from 'node:path'
import type { PlantedFile } from '../../support/made-settings.ts'
import { planted, plantedRoot } from '../../support/planted-settings.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { unroll } from './console.ts'

const SECRET = 'sk-ant-0123456789abcdef'

const FILES: ReadonlyArray<PlantedFile> = [
  {
    path: 'user/.claude/settings.json',
    text: JSON.stringify({
      model: 'opus',
      env: { API_KEY: SECRET, SHORT: 'abc' },
      hooks: {
        Stop: [{ hooks: [{ type: 'command', command: 'bash .claude/hooks/done.sh' }] }],
        Notification: [{ hooks: [{ type: 'command', command: 'true' }] }]
      }
    })
  },
  { path: 'user/.claude/hooks/done.sh', text: '#!/bin/sh\n', mode: 0o755 },
  {
    path: 'user/.mcp.json',
    text: JSON.stringify({
      mcpServers: {
        docs: { command: 'docs-server', args: ['--stdio'], env: { TOKEN: SECRET } },
        old: { type: 'sse', url: 'https://a.invalid' }
      }
    })
  },
  { path: 'user/.claude/CLAUDE.md', text: 'Ask Claude.\n\u001b[31mred' },
  { path: 'user/.codex/config.toml', text: '# mine\nmodel = "lab" # kept\n', mode: 0o640 }
]

describe('command line: import settings', () => {
  let root = ''
  beforeEach(() => void (root = plantedRoot(FILES)))
  afterEach(() => removeFolder(root))
  const run = (argv: ReadonlyArray<string>, tty = false) =>
    unroll([...argv, '--home', join(root, 'user/.codex'), '--index', 'memory'], {
      tty,
      env: { HOME: join(root, 'user'), NO_COLOR: '1' }
    })

  it('shows every file as a diff, what Codex would start and what is left out; no secret, and nothing is written', async () => {
    const before = planted(root)
    const { code, out, err } = await run(['import', 'settings', '--dry-run'], true)
    expect([code, err.trim()]).to.deep.equal([0, 'would write 4 files, 3 parts left out'])
    expect(out.replaceAll(root, '')).to.equal(`add to ~/.codex/config.toml
+
+[shell_environment_policy]
+inherit = "core"
+
+[shell_environment_policy.set]
+API_KEY = "sk-a…"
+SHORT = "…"

add to ~/.codex/config.toml
+
+[mcp_servers.docs]
+command = "docs-server"
+args = ["--stdio"]
+
+[mcp_servers.docs.env]
+TOKEN = "sk-a…"

create ~/.codex/hooks/done.sh
+#!/bin/sh

create ~/.codex/hooks.json
+{
+  "hooks": {
+    "Stop": [
+      {
+        "hooks": [
+          {
+            "type": "command",
+            "command": "bash '/user/.codex/hooks/done.sh'"
+          }
+        ]
+      }
+    ]
+  }
+}

create ~/.codex/AGENTS.md
+Ask Codex.
+\\x1b[31mred

Codex would start
  docs-server --stdio
  bash '/user/.codex/hooks/done.sh'

left out
  CONFIG model: Codex has no setting that means the same
  MCP_SERVER_CONFIG old: Codex does not speak the transport "sse"
  HOOKS Notification: Codex has no such event

`)
    expect(planted(root)).to.deep.equal(before)
  })

  it('does it once, tells each part, and undo takes it back to the byte', async () => {
    const before = planted(root)
    const told = await run(['import', 'settings'])
    expect(told.err).to.equal(
      `Wrote 4 files, 3 parts left out.\nundo: unroll undo --home ${join(root, 'user/.codex')} --index memory\n`
    )
    await run(['undo'])
    expect(planted(root)).to.deep.equal(before)
    const first = await run(['import', 'settings', '--json'])
    const rows = first.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string | null>)
    expect(first.code).to.equal(0)
    expect(rows.map(({ outcome, itemType }) => `${outcome} ${itemType}`)).to.deep.equal([
      'add CONFIG',
      'left_out CONFIG',
      'add MCP_SERVER_CONFIG',
      'starts MCP_SERVER_CONFIG',
      'left_out MCP_SERVER_CONFIG',
      'create HOOKS',
      'create HOOKS',
      'starts HOOKS',
      'left_out HOOKS',
      'create AGENTS_MD'
    ])
    const after = planted(root)
    expect(after['user/.codex/config.toml']?.startsWith('# mine\nmodel = "lab" # kept\n')).to.equal(
      true
    )
    const again = await run(['import', 'settings', '--tsv'])
    expect(again.out.split('\n').filter((line) => /^(create|add|failed)/.test(line))).to.deep.equal(
      []
    )
    expect(planted(root)).to.deep.equal(after)
    expect((await run(['undo'])).code).to.equal(0)
    expect(planted(root)).to.deep.equal(before)
  })

  it('tells a broken file with its item, imports the others, and ends with 1', async () => {
    removeFolder(root)
    root = plantedRoot([...FILES, { path: 'user/.claude.json', text: '{broken' }])
    const { code, out } = await run(['import', 'settings', '--tsv', '--from', 'claude'])
    const failed = out.split('\n').filter((line) => line.startsWith('failed'))
    expect([code, failed.length, failed[0]?.split('\t')[1]]).to.deep.equal([
      1,
      1,
      'MCP_SERVER_CONFIG'
    ])
    expect(planted(root)['user/.codex/AGENTS.md']).to.equal('Ask Codex.\n\u001b[31mred')
  })

  it('writes through no link of a repository, and reads none out of it', async () => {
    removeFolder(root)
    root = plantedRoot([
      { path: 'work/repo/.git/HEAD', text: '' },
      { path: 'work/repo/CLAUDE.md', link: '/etc/hostname' },
      { path: 'work/repo/.claude/agents/a.md', text: '---\nname: a\ndescription: d\n---\nbody' },
      { path: 'work/repo/.codex', link: '../../user/.codex' }
    ])
    const repository = join(root, 'work/repo')
    const { code, out } = await run(['import', 'settings', '--tsv', '--repo', repository])
    const failed = out.split('\n').filter((line) => line.startsWith('failed'))
    expect([code, failed.map((line) => line.split('\t')[1])]).to.deep.equal([
      1,
      ['SUBAGENTS', 'AGENTS_MD']
    ])
    expect(Object.keys(planted(root)).filter((path) => path.includes('agents'))).to.deep.equal([])
  })
})
