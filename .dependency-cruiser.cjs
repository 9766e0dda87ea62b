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

/** A folder of adapters/rpc and the folders of it that it may import. */
const rpc = (name, ...below) => ({
  name: `rpc-${name}-imports`,
  severity: 'error',
  from: { path: `^adapters/rpc/${name}/` },
  to: { path: '^adapters/rpc/', pathNot: `^adapters/rpc/(${[name, ...below].join('|')})/` }
})

// The folders of the engine, lowest first: each may import only itself, those below it, and the loose files that import none.
const rooms = [
  ['catch-up'],
  ['threads', 'pages', 'lists', 'search', 'follow'],
  ['ledgers'],
  ['context', 'time-travel'],
  ['mutate', 'life']
]
const loose =
  'ports|home-ports|lease|guarded|result|refreshed|in-turn|operation-log|telemetry|metrics'

const room = (names, at) => ({
  name: `replay-${names[0]}-imports`,
  comment: `${names.join(', ')} may import only what is below`,
  severity: 'error',
  from: { path: `^replay/(${names.join('|')})/` },
  to: {
    path: '^replay/',
    pathNot: `^replay/((${rooms
      .slice(0, at + 1)
      .flat()
      .join('|')})/|(${loose})\\.ts$)`
  }
})

const looseImports = {
  name: 'replay-loose-imports',
  comment: 'what every folder of the engine may import imports no folder',
  severity: 'error',
  from: { path: `^replay/(${loose})\\.ts$` },
  to: { path: '^replay/', pathNot: `^replay/(${loose})\\.ts$` }
}

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
        pathNot: 'node_modules/@types/'
      }
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: source },
      to: { couldNotResolve: true, pathNot: '^@eventstore/' }
    },
    ...layers.map(layer),
    rpc('wire'),
    rpc('threads', 'wire'),
    rpc('analytics', 'threads', 'wire'),
    rpc('follow', 'threads', 'wire'),
    rpc('methods', 'threads', 'wire'),
    rpc('connection', 'methods', 'threads', 'wire'),
    rpc('transports', 'connection', 'threads', 'wire'),
    ...rooms.map(room),
    looseImports,
    only('lmdb', 'adapters/lmdb/'),
    only('@noble/hashes', 'domain/digest.ts'),
    only('ndjson', 'adapters/cli/'),
    only('fzstd', 'adapters/jsonl/'),
    only('@streamparser/json', 'adapters/jsonl/'),
    only('@hpcc-js/wasm-zstd', 'adapters/jsonl/'),
    only('xxhash-wasm', 'adapters/jsonl/'),
    only('semver', 'domain/plugins/'),
    only('smol-toml', 'adapters/home/'),
    only('sql.js', 'adapters/codex-state/'),
    only('ws', 'adapters/rpc/transports/'),
    only('jose', 'adapters/rpc/transports/'),
    only('@eventstore/db-client', 'adapters/eventstore/connection/')
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
