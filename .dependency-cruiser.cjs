// The architecture as a file that fails the build: each layer may import only those before it, the
// four inner layers never touch Node, and every outside package has one home.
const layers = ['domain', 'migrations', 'projections', 'replay', 'adapters']
const source = `^(${layers.join('|')})/`

const layer = (name) => ({
  name: `${name}-imports`,
  comment: `${name} may import only itself and the layers before it`,
  severity: 'error',
  from: { path: `^${name}/` },
  to: {
    path: `^(${[...layers, 'test', 'bench'].join('|')})/`,
    pathNot: `^(${layers.slice(0, layers.indexOf(name) + 1).join('|')})/`
  }
})

const only = (name, where) => ({
  name: `${name}-only-in-${where}`,
  severity: 'error',
  from: { path: source, pathNot: `^${where}` },
  to: {
    path: `(^|node_modules/)(@types/)?${name}(/|$)`,
    pathNot: '^(domain|migrations|projections|replay|adapters)/'
  }
})

/**
 * Folders of a room, lowest first: each may import only itself and those below it. Names in brackets stand side by side and
 * do not know each other. Loose files (`base`) are below all folders.
 */
const ladder = (root, steps, base = []) =>
  steps.flatMap((step, at) =>
    [step].flat().map((folder) => ({
      name: `${root.replaceAll('/', '-')}-${folder}-imports`,
      comment: `${root}/${folder} may import only what is below it`,
      severity: 'error',
      from: { path: `^${root}/${folder}/` },
      to: {
        path: `^${root}/`,
        pathNot: [
          `^${root}/(${[folder, ...steps.slice(0, at).flat()].join('|')})/`,
          ...base.map((name) => `^${root}/${name}\\.ts$`)
        ]
      }
    }))
  )

/** What every folder of the engine may import, and what imports none. */
const base =
  'ports|home-ports|lease|guarded|result|refreshed|in-turn|operation-log|telemetry|metrics'.split(
    '|'
  )

const baseImports = {
  name: 'replay-base-imports',
  comment: 'what every folder of the engine may import imports no folder',
  severity: 'error',
  from: { path: `^replay/(${base.join('|')})\\.ts$` },
  to: { path: '^replay/', pathNot: `^replay/(${base.join('|')})\\.ts$` }
}

/** Development packages that sources may use: the build puts them inside, so nobody who installs unroll gets them twice. */
const bundled =
  '@hpcc-js/wasm-zstd @modelcontextprotocol/server @noble/hashes @secretlint/core @secretlint/secretlint-rule-preset-recommend @streamparser/json fzstd hyparquet-writer jose marked ndjson semver smol-toml sql.js uuid ws xxhash-wasm yaml zod'

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'core-has-no-node',
      severity: 'error',
      from: { path: '^(domain|migrations|projections|replay)/' },
      to: { dependencyTypes: ['core'] }
    },
    {
      name: 'source-has-no-dev-packages',
      severity: 'error',
      from: { path: source, pathNot: '^adapters/build/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: ['node_modules/@types/', `node_modules/(${bundled.replaceAll(' ', '|')})/`]
      }
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: source },
      to: { couldNotResolve: true, pathNot: '^@(eventstore|lydell|modelcontextprotocol)/' }
    },
    ...layers.map(layer),
    {
      name: 'web-imports',
      comment: 'the page imports types of the protocol and its own packages',
      severity: 'error',
      from: { path: '^web/' },
      to: {
        path: `^(${[...layers, 'test', 'bench'].join('|')})/`,
        pathNot: '^domain/(protocol|unroll-protocol|json)[.]ts$'
      }
    },
    {
      name: 'web-imports-types-only',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^domain/', dependencyTypesNot: ['type-only'] }
    },
    {
      name: 'only-tests-import-web',
      severity: 'error',
      from: { path: `^(${layers.join('|')}|bench)/` },
      to: { path: '^web/' }
    },
    ...ladder('replay', ['catch-up', 'read', 'ledgers', 'past', 'change'], base),
    baseImports,
    ...ladder(
      'adapters',
      [
        'home',
        ['index', 'telemetry', 'processes'],
        'log',
        'upkeep',
        ['imports', 'skills'],
        'marketplaces',
        'export',
        ['mcp', 'rpc'],
        'traces',
        'cli'
      ],
      ['hint', 'home-source', 'index-directory', 'open', 'library']
    ),
    {
      name: 'adapters-open-above',
      comment: 'the files that put an engine together stand above the rooms it is made of',
      severity: 'error',
      from: { path: '^adapters/(home|index|telemetry|log|upkeep|imports|skills|marketplaces)/' },
      to: { path: '^adapters/[^/]+\\.ts$' }
    },
    ...ladder('adapters/rpc', [
      'wire',
      'threads',
      ['analytics', 'follow', 'methods'],
      'connection',
      'turns',
      'transports',
      'web'
    ]),
    ...ladder(
      'adapters/cli',
      ['table', 'text', 'terminal', 'naming', 'completion'],
      ['args', 'io', 'session', 'options', 'settings']
    ),
    only('lmdb', 'adapters/(index/lmdb|build)/'),
    only('@noble/hashes', 'domain/digest.ts'),
    only('marked', 'domain/export/html/'),
    only('@secretlint', 'adapters/export/secretlint.ts'),
    only('ndjson', 'adapters/cli/'),
    only('fzstd', 'adapters/log/jsonl/'),
    only('@streamparser/json', 'adapters/log/jsonl/'),
    only('@hpcc-js/wasm-zstd', 'adapters/log/jsonl/'),
    only('xxhash-wasm', 'adapters/log/jsonl/'),
    only('semver', 'domain/ledgers/plugins/'),
    only('smol-toml', 'adapters/home/'),
    only('yaml', 'domain/(imports/settings|skills)/'),
    only('sql.js', 'adapters/upkeep/codex-state/'),
    only('@modelcontextprotocol', 'adapters/mcp/sdk.ts'),
    only('zod', 'adapters/mcp/sdk.ts'),
    only('hyparquet-writer', 'adapters/cli/commands/export/ledgers/'),
    only('ws', 'adapters/rpc/(transports|turns)/'),
    only('jose', 'adapters/rpc/transports/'),
    only('@eventstore/db-client', 'adapters/log/eventstore/connection/')
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: '^(dist|coverage|test/fixtures|adapters/home/sample|bench/(data|results))(/|$)'
    },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true
  }
}
