/**
 * Records what a client of the real Codex decodes: the JSON schemas of answers and notifications that the binary
 * generates from the types its own clients are built of, without what no decoder looks at.
 *
 *   npx tsx test/oracle/record-schema.ts <path of codex>
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts'
import { FIXTURES, removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { versionOf } from './codex.ts'

/** Answers whose definition is not named after the parameters of the method. */
const RESPONSES: Readonly<Record<string, string>> = {
  'account/logout': 'LogoutAccountResponse',
  'account/rateLimits/read': 'GetAccountRateLimitsResponse',
  'account/usage/read': 'GetAccountTokenUsageResponse',
  'config/batchWrite': 'ConfigWriteResponse',
  'config/value/write': 'ConfigWriteResponse',
  'configRequirements/read': 'ConfigRequirementsReadResponse',
  'memory/reset': 'MemoryResetResponse',
  'windowsSandbox/readiness': 'WindowsSandboxReadinessResponse'
}

/** What says nothing about whether a value decodes. */
const WORDS: ReadonlySet<string> = new Set(['description', 'title', 'default', '$schema'])

/** Definitions whose members the binary itself spells otherwise than it says. */
const CAMEL_CASED: ReadonlySet<string> = new Set(['ThreadTimelineEntry'])

const camelCased = (schema: Json): Json =>
  JSON.parse(
    JSON.stringify(schema).replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  ) as Json

const POINTER = '#/definitions/'

/** A schema without words; where `properties` are, a name is no keyword. */
const bare = (schema: Json, isKeyword = true): Json => {
  if (Array.isArray(schema)) return schema.map((one) => bare(one as Json))
  if (!isJsonObject(schema)) return schema
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !(isKeyword && WORDS.has(key)))
      .map(([key, value]) => [
        key,
        key === '$ref' && typeof value === 'string'
          ? `${POINTER}${value.split('/').pop() ?? ''}`
          : bare(value as Json, !(isKeyword && key === 'properties'))
      ])
  )
}

const refsIn = (schema: Json): ReadonlyArray<string> =>
  [...JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)].map(
    ([, name]) => name ?? ''
  )

const [codex = ''] = process.argv.slice(2)
if (codex === '') {
  process.stderr.write('usage: npx tsx test/oracle/record-schema.ts <path of codex>\n')
  process.exit(2)
}
const version = versionOf(codex)
const folder = temporaryFolder()
execFileSync(codex, ['app-server', 'generate-json-schema', '--experimental', '--out', folder], {
  env: { ...process.env, CODEX_HOME: folder },
  stdio: 'ignore'
})
const generated = (name: string): JsonObject =>
  JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as JsonObject
const { v2, ...v1 } = generated('codex_app_server_protocol.schemas')['definitions'] as JsonObject
const all = { ...v1, ...(v2 as JsonObject) }

interface Variant {
  readonly properties: {
    readonly method: { readonly enum: readonly [string] }
    readonly params?: JsonObject
  }
}

/** The definition of the parameters of every message of a kind, by method. */
const paramsOf = (kind: string): ReadonlyArray<readonly [string, string | null]> =>
  (generated(kind)['oneOf'] as unknown as ReadonlyArray<Variant>).map(({ properties }) => [
    properties.method.enum[0],
    refsIn(properties.params ?? null)[0] ?? null
  ])

const responses = Object.fromEntries(
  paramsOf('ClientRequest').flatMap(([method, params]) => {
    const name = RESPONSES[method] ?? params?.replace(/Params$/, 'Response') ?? ''
    return name in all ? [[method, name]] : []
  })
)
const notifications = Object.fromEntries(
  paramsOf('ServerNotification').flatMap(([method, params]) =>
    params === null ? [] : [[method, params]]
  )
)
removeFolder(folder)

const definitions: Record<string, Json> = {}
const missing = [...Object.values(responses), ...Object.values(notifications)]
for (let name = missing.pop(); name !== undefined; name = missing.pop()) {
  if (name in definitions) continue
  const told = bare(all[name] as Json)
  const schema = CAMEL_CASED.has(name) ? camelCased(told) : told
  definitions[name] = schema
  missing.push(...refsIn(schema))
}
const sorted = Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)))
const text = JSON.stringify({ version, responses, notifications, definitions: sorted })
writeFileSync(join(FIXTURES, 'schema', `${version}.json`), `${text}\n`)
process.stdout.write(
  `${version}: ${Object.keys(responses).length} answers, ${Object.keys(notifications).length} notifications, ${Object.keys(sorted).length} definitions, ${text.length} bytes\n`
)
