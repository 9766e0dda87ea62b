// What `unroll mcp install` writes is read back as the clients read it: TOML and JSON with the rest of the file as it was.
import { expect } from 'chai'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'smol-toml'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { unroll, type Done } from './console.ts'

describe('unroll mcp install', () => {
  let folder: string
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => removeFolder(folder))

  const install = (...words: ReadonlyArray<string>): Promise<Done> =>
    unroll(['mcp', 'install', ...words, '--home', folder], { cwd: folder, env: { HOME: folder } })

  const place = (name: string, text: string): string => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }

  it('prints lines for each client and writes nothing', async () => {
    const printed: Record<string, unknown> = {}
    for (const client of ['codex', 'claude', 'cursor', 'vscode']) {
      const { code, out } = await install(client)
      expect(code).to.equal(0)
      printed[client] = client === 'codex' ? parse(out) : JSON.parse(out)
    }
    const args = ['mcp', '--home', folder]
    const entry = { command: 'unroll', args }
    expect(printed).to.deep.equal({
      codex: { mcp_servers: { unroll: entry } },
      claude: { mcpServers: { unroll: { type: 'stdio', ...entry } } },
      cursor: { mcpServers: { unroll: entry } },
      vscode: { servers: { unroll: { type: 'stdio', ...entry } } }
    })
    expect(
      ['config.toml', '.mcp.json', '.cursor', '.vscode'].filter((name) =>
        existsSync(join(folder, name))
      )
    ).to.deep.equal([])
  })

  it('adds the entry to a config.toml and leaves every other byte as it is', async () => {
    const text = '# mine\nmodel = "lab"   # odd  spacing\n\n[mcp_servers.other]\ncommand = "x"\n'
    const path = place('config.toml', text)
    const { code, out } = await install('codex', '--write', '--writable')
    expect(code).to.equal(0)
    const after = readFileSync(path, 'utf8')
    expect(out).to.match(/^\+\[mcp_servers\.unroll\]$/m)
    expect(text.split('\n').filter((line) => !after.includes(line))).to.deep.equal([])
    expect(parse(after)).to.deep.equal({
      model: 'lab',
      mcp_servers: {
        other: { command: 'x' },
        unroll: { command: 'unroll', args: ['mcp', '--home', folder, '--writable'] }
      }
    })
    const again = await install('codex', '--write', '--writable')
    expect([again.code, again.out, readFileSync(path, 'utf8')]).to.deep.equal([0, '', after])
  })

  it('adds the entry to JSON beside what is there, with its indentation', async () => {
    const path = place(
      '.vscode/mcp.json',
      '{\n\t"inputs": [],\n\t"servers": { "a": { "url": "u" } }\n}\n'
    )
    expect((await install('vscode', '--write')).code).to.equal(0)
    const text = readFileSync(path, 'utf8')
    expect(JSON.parse(text)).to.deep.equal({
      inputs: [],
      servers: {
        a: { url: 'u' },
        unroll: { type: 'stdio', command: 'unroll', args: ['mcp', '--home', folder] }
      }
    })
    expect(text).to.match(/^\t"inputs"/m)
  })

  it('leaves another entry, and a file that it cannot read, alone', async () => {
    const files = [
      ['cursor', '.cursor/mcp.json', '{"mcpServers":{"unroll":{"command":"mine"}}}'],
      ['vscode', '.vscode/mcp.json', '{ // a comment\n}'],
      ['codex', 'config.toml', '[mcp_servers]\nunroll = { command = "mine" }\n']
    ] as const
    for (const [client, name, text] of files) {
      const path = place(name, text)
      const { code, err } = await install(client, '--write')
      expect([code, readFileSync(path, 'utf8')]).to.deep.equal([3, text])
      expect(err).to.include('--print')
    }
  })

  it('names the clients where one is not known', async () => {
    const { code, err } = await install('emacs')
    expect(code).to.equal(2)
    expect(err).to.include('codex, claude, cursor, vscode')
  })
})
