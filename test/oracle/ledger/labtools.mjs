// A small MCP server over stdio: `echo` repeats, `fail` answers with an error, `boom` fails as a request.
import { createInterface } from 'node:readline'

const tool = (name, properties = {}) => ({
  name,
  description: name,
  inputSchema: { type: 'object', properties },
  annotations: { readOnlyHint: true }
})
const TOOLS = [tool('echo', { text: { type: 'string' } }), tool('fail'), tool('boom')]

const called = ({ name, arguments: values }) => {
  if (name === 'echo') return { content: [{ type: 'text', text: `echo: ${values?.text ?? ''}` }] }
  if (name === 'fail') return { content: [{ type: 'text', text: 'it failed' }], isError: true }
  return null
}

const answered = ({ method, params }) => {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params?.protocolVersion ?? '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'labtools', version: '1.0.0' }
      }
    case 'tools/list':
      return { tools: TOOLS }
    case 'tools/call':
      return called(params)
    case 'ping':
      return {}
    default:
      return null
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line)
  if (request.id === undefined) return
  const result = answered(request)
  const error = { code: -32050, message: 'the tool exploded' }
  const answer = { jsonrpc: '2.0', id: request.id, ...(result === null ? { error } : { result }) }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
})
