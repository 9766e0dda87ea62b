// What clients are offered is a promise: the list of tools, with every schema, stands in tools.json, and docs/MCP.md names it.
// UPDATE_DOCS=1 writes both again; read the difference.
import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mcpClient } from '../../support/mcp.ts'

const LIST = join(import.meta.dirname, 'tools.json')
const PAGE = join(import.meta.dirname, '..', '..', '..', 'docs', 'MCP.md')
const TABLE = /(?<=<!-- tools -->\n)[^]*(?=<!-- \/tools -->)/

const offered = async () => {
  const { client, close } = await mcpClient('/nowhere', { writable: true })
  const { tools } = await client.listTools()
  await close()
  return tools
}

describe('docs/MCP.md', () => {
  it('offers clients the tools and schemas that were promised', async () => {
    const tools = await offered()
    const text = `${JSON.stringify(tools, null, 2)}\n`
    if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(LIST, text)
    expect(JSON.parse(readFileSync(LIST, 'utf8'))).to.deep.equal(JSON.parse(text))
  })

  it('names every tool with what it takes and what it is for', async () => {
    const rows = (await offered()).map(({ name, description, inputSchema }) => {
      const required = new Set(inputSchema.required)
      const members = Object.keys(inputSchema.properties ?? {})
      const args = members.map((one) => (required.has(one) ? `\`${one}\`` : `\`${one}\`?`))
      return `| \`${name}\` | ${args.join(', ')} | ${description ?? ''} |`
    })
    const table = ['| tool | input | |', '|---|---|---|', ...rows, ''].join('\n')
    const text = readFileSync(PAGE, 'utf8')
    if (process.env['UPDATE_DOCS'] !== undefined)
      writeFileSync(
        PAGE,
        text.replace(TABLE, () => table)
      )
    expect(TABLE.exec(readFileSync(PAGE, 'utf8'))?.[0]).to.equal(table)
  })
})
