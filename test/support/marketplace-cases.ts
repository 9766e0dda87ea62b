/**
 * Requests about marketplaces of this machine, and the folders that they are about. `{{ROOT}}` stands for the folder, `{{NEAR}}` for it
 * as the server's directory sees it.
 */
import type { Json } from '../../domain/json.ts'

/** A file by its text or its value, a link by its target; a path that ends in `/` is a folder. */
export type Planted = string | { readonly json: Json } | { readonly link: string }

/** A method and its parameters; `write` plants files. */
export type Step = readonly [method: string, params: Json]

export interface MarketplaceCase {
  readonly name: string
  readonly plant: Readonly<Record<string, Planted>>
  readonly config?: string
  readonly steps: ReadonlyArray<Step>
  /** Eras that have every method of it; all where it is missing. */
  readonly since?: '0.142'
}

const MK = '{{ROOT}}/mk'
const MANIFEST = '.agents/plugins/marketplace.json'
const CLAUDE_MANIFEST = '.claude-plugin/marketplace.json'
const PLUGIN = '.codex-plugin/plugin.json'

const skill = (name: string): string =>
  `---\nname: ${name}\ndescription: Does ${name}\n---\nText of ${name}.\n`

const add = (source: string, more: Readonly<Record<string, Json>> = {}): Step => [
  'marketplace/add',
  { source, ...more }
]
const list: Step = ['plugin/list', {}]
const installed: Step = ['plugin/installed', {}]
const read = (pluginName: string, path = `${MK}/${MANIFEST}`): Step => [
  'plugin/read',
  { marketplacePath: path, pluginName }
]
const install = (pluginName: string, path = `${MK}/${MANIFEST}`): Step => [
  'plugin/install',
  { marketplacePath: path, pluginName }
]
const uninstall = (pluginId: string): Step => ['plugin/uninstall', { pluginId }]
const remove = (marketplaceName: string): Step => ['marketplace/remove', { marketplaceName }]

/** A plugin with everything that plugins bring along. */
const RICH: Readonly<Record<string, Planted>> = {
  [`mk/plugins/sample/${PLUGIN}`]: {
    json: {
      name: 'sample',
      version: '1.2.0',
      description: 'A sample',
      keywords: ['one', 'two words'],
      interface: {
        displayName: 'Sample',
        shortDescription: 'Short',
        longDescription: 'Long text',
        developerName: 'Dev',
        category: 'Tools',
        capabilities: ['Read', 'Write'],
        websiteURL: 'https://example.invalid/',
        privacyPolicyURL: 'https://example.invalid/p',
        termsOfServiceURL: 'https://example.invalid/t',
        defaultPrompt: ['  Do   it ', 'Again', 'Third', 'Fourth'],
        brandColor: '#10A37F',
        composerIcon: './assets/icon.png',
        logo: './assets/logo.png',
        logoDark: './assets/dark.png',
        screenshots: ['./assets/one.png', '../out.png', 'bare.png', './assets/two.png']
      }
    }
  },
  'mk/plugins/sample/skills/hello/SKILL.md': skill('hello'),
  'mk/plugins/sample/skills/hello/agents/openai.yaml':
    'interface:\n  display_name: Hello\n  short_description: Says hello\n  icon_small: ./assets/s.svg\n  brand_color: "#ff0000"\n  default_prompt: Say hello\n',
  'mk/plugins/sample/skills/hello/assets/s.svg': '<svg/>',
  'mk/plugins/sample/skills/bye/SKILL.md': skill('bye'),
  'mk/plugins/sample/skills/broken/SKILL.md': 'nothing\n',
  'mk/plugins/sample/.mcp.json': {
    json: {
      mcpServers: {
        smcp: { command: 'true' },
        amcp: { type: 'http', url: 'https://example.invalid/' }
      }
    }
  },
  'mk/plugins/sample/.app.json': {
    json: { apps: { cal: { id: 'connector_1' }, mail: { id: 'connector_2', category: 'Mail' } } }
  },
  'mk/plugins/sample/hooks/hooks.json': {
    json: {
      hooks: {
        PreToolUse: [{ matcher: 'Bash', hooks: [{ type: 'command', command: 'true' }] }],
        Stop: [
          {
            hooks: [
              { type: 'command', command: 'true' },
              { type: 'command', command: 'false' }
            ]
          }
        ]
      }
    }
  },
  'mk/plugins/sample/README.md': '# Sample\n',
  'mk/plugins/sample/empty/': ''
}

const SIMPLE: Readonly<Record<string, Planted>> = {
  [`mk/${MANIFEST}`]: {
    json: {
      name: 'local-mk',
      interface: { displayName: 'Local' },
      plugins: [
        {
          name: 'sample',
          source: { source: 'local', path: './plugins/sample' },
          policy: { installation: 'AVAILABLE', authentication: 'ON_INSTALL' },
          category: 'Productivity'
        },
        { name: 'bare', source: './plugins/bare' }
      ]
    }
  },
  'mk/plugins/bare/x.txt': 'x\n',
  ...RICH
}

/** A marketplace of one plugin that is only a manifest. */
const tiny = (folder: string, name: string): Readonly<Record<string, Planted>> => ({
  [`${folder}/${MANIFEST}`]: {
    json: { name, plugins: [{ name: 'p', source: './p' }] }
  },
  [`${folder}/p/${PLUGIN}`]: { json: { name: 'p', version: '0.1.0' } }
})

const LIFE: ReadonlyArray<MarketplaceCase> = [
  {
    name: 'from nothing to nothing',
    plant: SIMPLE,
    steps: [
      list,
      add(MK),
      add(MK),
      add(`${MK}/`),
      add('{{NEAR}}/mk'),
      list,
      read('sample'),
      install('sample'),
      list,
      read('sample'),
      install('sample'),
      uninstall('sample@local-mk'),
      uninstall('sample@local-mk'),
      list,
      remove('local-mk'),
      list,
      remove('local-mk')
    ]
  },
  {
    name: 'removed while installed',
    plant: SIMPLE,
    config:
      '# top\nmodel = "x" # m\n\n# about p\n[projects."/a"] # c\ntrust_level = "trusted"\n# end\n',
    steps: [
      add(MK),
      install('sample'),
      install('bare'),
      remove('local-mk'),
      list,
      uninstall('sample@local-mk'),
      add(MK),
      list
    ]
  },
  {
    name: 'installed ones',
    since: '0.142',
    plant: { ...SIMPLE, ...tiny('other', 'other-mk') },
    steps: [
      installed,
      add(MK),
      add('{{ROOT}}/other'),
      installed,
      install('sample'),
      installed,
      ['plugin/installed', { installSuggestionPluginNames: ['p', 'none'] }],
      ['plugin/installed', { installSuggestionPluginNames: ['p@other-mk'] }],
      ['plugin/installed', { cwds: ['{{ROOT}}/other'] }],
      ['plugin/installed', { cwds: ['rel'] }],
      remove('local-mk'),
      installed
    ]
  },
  {
    name: 'another version',
    plant: tiny('mk', 'v-mk'),
    steps: [
      add(MK),
      install('p'),
      [
        'write',
        { [`mk/p/${PLUGIN}`]: { json: { name: 'p', version: '0.2.0' } }, 'mk/p/new.txt': 'n' }
      ],
      list,
      install('p'),
      list,
      ['write', { [`mk/p/${PLUGIN}`]: { json: { name: 'p', version: '0.1.0' } } }],
      install('p'),
      ['write', { [`mk/p/${PLUGIN}`]: { json: { name: 'p' } } }],
      install('p'),
      list,
      read('p')
    ]
  },
  {
    name: 'switched off before',
    plant: tiny('mk', 'v-mk'),
    config: '[plugins."p@v-mk"]\nenabled = false\n',
    steps: [add(MK), list, install('p'), list]
  },
  {
    name: 'on, but not there',
    plant: {
      ...tiny('mk', 'v-mk'),
      [`user/.codex/plugins/cache/w-mk/p/0.0.1/${PLUGIN}`]: {
        json: { name: 'p', version: '0.0.1' }
      },
      ...tiny('w', 'w-mk')
    },
    config: '[plugins."p@v-mk"]\nenabled = true\n\n[plugins."p@w-mk"]\n',
    steps: [read('p'), add(MK), add('{{ROOT}}/w'), list, read('p')]
  },
  {
    name: 'switched off after',
    plant: tiny('mk', 'v-mk'),
    steps: [
      add(MK),
      install('p'),
      [
        'write',
        {
          'user/.codex/config.toml':
            '[marketplaces.v-mk]\nsource_type = "local"\nsource = "{{ROOT}}/mk"\n\n[plugins."p@v-mk"]\nenabled = false\n'
        }
      ],
      list,
      read('p'),
      uninstall('p@v-mk')
    ]
  }
]

const SOURCES: ReadonlyArray<MarketplaceCase> = [
  {
    name: 'sources that are refused',
    plant: {
      ...SIMPLE,
      ...tiny('same', 'local-mk'),
      'empty/': '',
      'file.txt': 'x',
      ...tiny('res', 'openai-curated'),
      ...tiny('bundled', 'openai-bundled'),
      ...tiny('remote', 'openai-curated-remote'),
      ...tiny('dots', 'a.b'),
      ...tiny('spaces', 'a b'),
      ...tiny('blank', ''),
      ...tiny('up', '../up')
    },
    steps: [
      add(''),
      add('   '),
      add('???'),
      add('a b'),
      add('one'),
      add('a/b/c'),
      add('file://{{ROOT}}/mk'),
      add('ftp://example.invalid/x'),
      add(MK, { refName: 'v1' }),
      add(MK, { refName: '' }),
      add(MK, { sparsePaths: ['x'] }),
      add(MK, { sparsePaths: [] }),
      remove('local-mk'),
      add(`${MK}#v1`),
      add(`${MK}@v1`),
      add('{{ROOT}}/missing'),
      add('./missing-there'),
      add('../missing-there'),
      add('~/missing-there'),
      add('.'),
      add('..'),
      add('~'),
      add('/'),
      add('{{ROOT}}/empty'),
      add('{{ROOT}}/file.txt'),
      add(MK),
      add('{{ROOT}}/same'),
      ...['res', 'bundled', 'remote', 'dots', 'spaces', 'blank', 'up'].map((name) =>
        add(`{{ROOT}}/${name}`)
      ),
      list
    ]
  },
  {
    name: 'ways to name a folder',
    plant: { ...tiny('user/mk', 'u-mk'), link: { link: '{{ROOT}}/user/mk' } },
    steps: [
      add('~/mk'),
      add('{{ROOT}}/link'),
      add('{{ROOT}}/user/../user/mk'),
      add(`  {{ROOT}}/user/mk  `),
      remove('u-mk'),
      add('{{ROOT}}/link'),
      list
    ]
  },
  {
    name: 'names that are removed',
    plant: tiny('mk', 'v-mk'),
    steps: [
      remove('nope'),
      remove(''),
      remove('a.b'),
      remove('../x'),
      remove('openai-curated'),
      remove(' v-mk '),
      add(MK),
      remove(' v-mk '),
      remove('V-MK'),
      remove('v-mk')
    ]
  },
  {
    name: 'nothing to upgrade',
    plant: tiny('mk', 'v-mk'),
    steps: [
      ['marketplace/upgrade', {}],
      ['marketplace/upgrade', { marketplaceName: null }],
      add(MK),
      ['marketplace/upgrade', {}],
      ['marketplace/upgrade', { marketplaceName: 'v-mk' }],
      ['marketplace/upgrade', { marketplaceName: 'nope' }],
      ['marketplace/upgrade', { marketplaceName: '' }]
    ]
  },
  {
    name: 'parameters',
    plant: tiny('mk', 'v-mk'),
    steps: [
      ['marketplace/add', {}],
      ['marketplace/add', { source: 3 }],
      ['marketplace/add', { source: MK, sparsePaths: 'x' }],
      ['marketplace/remove', {}],
      ['marketplace/upgrade', { marketplaceName: 3 }],
      ['plugin/list', { cwds: ['rel'] }],
      ['plugin/list', { cwds: null }],
      ['plugin/list', { marketplaceKinds: [] }],
      ['plugin/list', { marketplaceKinds: ['local'] }],
      ['plugin/list', { marketplaceKinds: ['nope'] }],
      ['plugin/list', { marketplaceKinds: ['workspace-directory'] }],
      ['plugin/list', { marketplaceKinds: ['shared-with-me'] }],
      ['plugin/read', {}],
      ['plugin/read', { pluginName: 'p' }],
      ['plugin/read', { pluginName: 'p', marketplacePath: 'rel' }],
      ['plugin/read', { pluginName: 'p', marketplacePath: '{{ROOT}}/none.json' }],
      ['plugin/read', { pluginName: 'p', marketplacePath: MK }],
      [
        'plugin/read',
        { pluginName: 'p', marketplacePath: `${MK}/${MANIFEST}`, remoteMarketplaceName: 'x' }
      ],
      ['plugin/read', { pluginName: 'p', remoteMarketplaceName: 'x' }],
      ['plugin/read', { pluginName: 'p', remoteMarketplaceName: '' }],
      ['plugin/read', { pluginName: '', remoteMarketplaceName: 'openai-curated' }],
      ['plugin/read', { pluginName: 'p', remoteMarketplaceName: 'openai-curated-remote' }],
      ['plugin/install', {}],
      ['plugin/install', { pluginName: 'p' }],
      ['plugin/install', { pluginName: 'p', marketplacePath: '{{ROOT}}/none.json' }],
      ['plugin/install', { pluginName: 'p', marketplacePath: MK }],
      [
        'plugin/install',
        { pluginName: 'p', marketplacePath: `${MK}/${MANIFEST}`, remoteMarketplaceName: 'x' }
      ],
      ['plugin/install', { pluginName: 'p', remoteMarketplaceName: 'x' }],
      ['plugin/install', { pluginName: 'p', remoteMarketplaceName: 'openai-curated-remote' }],
      install('none'),
      read('none'),
      read(''),
      read('p'),
      install('p'),
      ['plugin/uninstall', {}],
      uninstall('p'),
      uninstall(''),
      uninstall('@'),
      uninstall('p@'),
      uninstall('@v-mk'),
      uninstall('p@v.mk'),
      uninstall('../p@v-mk'),
      uninstall('p@q@v-mk'),
      uninstall(' p@v-mk '),
      uninstall('nope@v-mk'),
      uninstall('p@openai-curated-remote'),
      uninstall('plugins~Plugin_1'),
      uninstall('a b'),
      uninstall('p@v-mk'),
      list
    ]
  }
]

const manifests: Readonly<Record<string, string>> = {
  empty: '',
  brace: '{',
  bracket: '[',
  words: 'nothing',
  nameless: '{"plugins":[]}',
  'no-plugins': '{"name":"m"}',
  number: '{"name":3,"plugins":[]}',
  'plugins-object': '{"name":"m","plugins":{}}',
  'plugin-text': '{"name":"m","plugins":["p"]}',
  'plugin-nameless': '{"name":"m","plugins":[{"source":"./p"}]}',
  'plugin-sourceless': '{"name":"m","plugins":[{"name":"p"}]}',
  'plugin-name-number': '{"name":"m","plugins":[{"name":3,"source":"./p"}]}',
  'interface-text': '{"name":"m","plugins":[],"interface":"x"}',
  'display-number': '{"name":"m","plugins":[],"interface":{"displayName":3}}',
  'policy-unknown':
    '{"name":"m","plugins":[{"name":"p","source":"./p","policy":{"installation":"X"}}]}',
  'auth-unknown':
    '{"name":"m","plugins":[{"name":"p","source":"./p","policy":{"authentication":"X"}}]}',
  'policy-null': '{"name":"m","plugins":[{"name":"p","source":"./p","policy":null}]}',
  'products-unknown':
    '{"name":"m","plugins":[{"name":"p","source":"./p","policy":{"products":["X"]}}]}',
  'category-number': '{"name":"m","plugins":[{"name":"p","source":"./p","category":3}]}',
  trailing: '{"name":"m","plugins":[]} x',
  comma: '{"name":"m","plugins":[],}',
  twice: '{"name":"m","name":"n","plugins":[]}',
  array: '["m",null,[]]',
  lines: '{\n  "name": "m",\n  "plugins": [\n    {"name": "p"\n',
  bom: '\ufeff{"name":"m","plugins":[]}',
  'empty-interface': '{"name":"m1","plugins":[],"interface":{}}',
  'null-interface': '{"name":"m2","plugins":[],"interface":null}',
  unknown: '{"name":"m3","plugins":[],"owner":{"name":"o"},"metadata":3}',
  'snake-case': '{"name":"m4","plugins":[],"interface":{"display_name":"x"}}'
}

const MANIFESTS: ReadonlyArray<MarketplaceCase> = [
  {
    name: 'manifests',
    plant: Object.fromEntries(
      Object.entries(manifests).map(([name, text]) => [`${name}/${MANIFEST}`, text])
    ),
    steps: [...Object.keys(manifests).map((name) => add(`{{ROOT}}/${name}`)), list]
  },
  {
    name: 'manifests that became bad',
    plant: tiny('mk', 'v-mk'),
    steps: [
      add(MK),
      install('p'),
      ['write', { [`mk/${MANIFEST}`]: '{"name":' }],
      list,
      read('p'),
      install('p'),
      add(MK),
      remove('v-mk')
    ]
  },
  {
    name: 'manifests that got another name',
    plant: tiny('mk', 'v-mk'),
    steps: [
      add(MK),
      [
        'write',
        { [`mk/${MANIFEST}`]: { json: { name: 'w-mk', plugins: [{ name: 'p', source: './p' }] } } }
      ],
      list,
      add(MK),
      list,
      remove('v-mk'),
      list
    ]
  },
  {
    name: 'places of manifests',
    plant: {
      [`claude/${CLAUDE_MANIFEST}`]: {
        json: { name: 'claude-mk', plugins: [{ name: 'p', source: './p' }] }
      },
      [`claude/p/.claude-plugin/plugin.json`]: {
        json: { name: 'p', version: '1.0.0', description: 'd' }
      },
      [`cursor/.cursor-plugin/marketplace.json`]: {
        json: { name: 'cursor-mk', plugins: [{ name: 'p', source: './p' }] }
      },
      [`cursor/p/.cursor-plugin/plugin.json`]: { json: { name: 'p', version: '1.0.0' } },
      [`both/${MANIFEST}`]: { json: { name: 'agents-mk', plugins: [] } },
      [`both/${CLAUDE_MANIFEST}`]: { json: { name: 'claude2-mk', plugins: [] } },
      'api/.agents/plugins/api_marketplace.json': { json: { name: 'api-mk', plugins: [] } },
      'root/marketplace.json': { json: { name: 'root-mk', plugins: [] } },
      [`folder/${MANIFEST}/`]: '',
      [`folder/${CLAUDE_MANIFEST}`]: { json: { name: 'folder-mk', plugins: [] } }
    },
    steps: [
      ...['claude', 'cursor', 'both', 'api', 'root', 'folder'].map((name) =>
        add(`{{ROOT}}/${name}`)
      ),
      list,
      read('p', `{{ROOT}}/claude/${CLAUDE_MANIFEST}`),
      install('p', `{{ROOT}}/claude/${CLAUDE_MANIFEST}`),
      install('p', '{{ROOT}}/cursor/.cursor-plugin/marketplace.json'),
      read('p', '{{ROOT}}/root/marketplace.json'),
      list
    ]
  },
  {
    name: 'order',
    plant: {
      ...tiny('zz', 'a-mk'),
      ...tiny('aa', 'z-mk'),
      ...tiny('mm', 'm-mk'),
      ...tiny('cc', 'c-mk'),
      ...tiny('bb', 'b-mk'),
      ...tiny('dd', 'm-mk'),
      ...tiny('user', 'home-mk')
    },
    steps: [
      add('{{ROOT}}/zz'),
      add('{{ROOT}}/aa'),
      add('{{ROOT}}/mm'),
      list,
      ['plugin/list', { cwds: ['{{ROOT}}/cc', '{{ROOT}}/bb'] }],
      ['plugin/list', { cwds: ['{{ROOT}}/dd'] }],
      ['plugin/list', { cwds: ['{{ROOT}}/mm', '{{ROOT}}/aa'] }],
      ['plugin/list', { cwds: ['{{ROOT}}/mm', '{{ROOT}}/dd'] }],
      ['plugin/list', { cwds: ['{{ROOT}}/dd', '{{ROOT}}/mm'] }],
      ['plugin/list', { cwds: ['{{ROOT}}/bb', '{{ROOT}}/dd', '{{ROOT}}/cc'] }]
    ]
  },
  {
    name: 'marketplaces of directories',
    plant: {
      ...tiny('user', 'home-mk'),
      ...tiny('repo', 'repo-mk'),
      'repo/.git/HEAD': 'ref: refs/heads/main\n',
      'repo/sub/deep/': '',
      ...tiny('plain', 'plain-mk'),
      'plain/sub/': '',
      ...tiny('twin', 'repo-mk')
    },
    steps: [
      list,
      ['plugin/list', { cwds: ['{{ROOT}}/repo'] }],
      ['plugin/list', { cwds: ['{{ROOT}}/repo/sub/deep'] }],
      ['plugin/list', { cwds: ['{{ROOT}}/plain', '{{ROOT}}/repo'] }],
      ['plugin/list', { cwds: ['{{ROOT}}/plain/sub'] }],
      ['plugin/list', { cwds: ['{{ROOT}}/none'] }],
      ['plugin/list', { cwds: ['{{ROOT}}/repo', '{{ROOT}}/twin'] }],
      ['plugin/list', { cwds: ['{{ROOT}}/user'] }],
      install('p', `{{ROOT}}/user/${MANIFEST}`),
      install('p', `{{ROOT}}/repo/${MANIFEST}`),
      list,
      ['plugin/list', { cwds: ['{{ROOT}}/twin'] }],
      add('{{ROOT}}/repo'),
      ['plugin/list', { cwds: ['{{ROOT}}/repo'] }],
      add('{{ROOT}}/user'),
      list
    ]
  }
]

const ENTRIES: Readonly<Record<string, Json>> = {
  'text-path': './plugins/ok',
  'text-bare': 'plugins/ok',
  'text-up': '../out',
  'text-inner-up': './plugins/../plugins/ok',
  'text-absolute': '{{ROOT}}/mk/plugins/ok',
  'text-dot': './',
  'text-dots': './.',
  'text-empty': '',
  'text-missing': './plugins/none',
  'text-file': './plugins/file.txt',
  'text-link': './plugins/link',
  'text-link-out': './plugins/link-out',
  'text-slash': './plugins/ok/',
  'text-slashes': './/plugins//ok',
  'text-inner-dot': './plugins/./ok',
  'object-local': { source: 'local', path: './plugins/ok' },
  'object-local-up': { source: 'local', path: './../out' },
  'object-no-path': { source: 'local' },
  'object-upper': { source: 'LOCAL', path: './plugins/ok' },
  'url-https': { source: 'url', url: 'https://git.example.invalid/x.git' },
  'url-github': { source: 'url', url: 'https://github.com/o/r', ref: 'main', sha: 'abc' },
  'url-short': { source: 'url', url: 'o/r', path: 'sub/dir', ref: ' ' },
  'url-ssh': { source: 'url', url: 'git@example.invalid:o/r.git', path: './sub' },
  'url-up': { source: 'url', url: 'https://git.example.invalid/x.git', path: '../x' },
  'url-file': { source: 'url', url: 'file:///x' },
  'url-path': { source: 'url', url: '/x' },
  'url-empty': { source: 'url', url: ' ' },
  'url-odd': { source: 'url', url: 'a b' },
  'git-subdir': { source: 'git-subdir', url: 'https://git.example.invalid/x.git', path: 'd' },
  'git-subdir-no-path': { source: 'git-subdir', url: 'https://git.example.invalid/x.git' },
  github: { source: 'github', repo: 'o/r' },
  npm: { source: 'npm', package: 'x' },
  'npm-version': {
    source: 'npm',
    package: '@s/x',
    version: '^1',
    registry: 'https://r.example.invalid'
  },
  'no-source': { path: './plugins/ok' },
  number: 3,
  nothing: null,
  list: ['./plugins/ok']
}

const entries = Object.entries(ENTRIES)

const POLICIES: ReadonlyArray<Json> = [
  { name: 'ok', source: './plugins/ok', policy: { installation: 'NOT_AVAILABLE' } },
  {
    name: 'by-default',
    source: './plugins/by-default',
    policy: { installation: 'INSTALLED_BY_DEFAULT' }
  },
  { name: 'on-use', source: './plugins/on-use', policy: { authentication: 'ON_USE' } },
  { name: 'no-products', source: './plugins/on-use', policy: { products: [] } },
  { name: 'codex', source: './plugins/on-use', policy: { products: ['CODEX'] } },
  { name: 'chatgpt', source: './plugins/on-use', policy: { products: ['CHATGPT'] } },
  { name: 'both', source: './plugins/on-use', policy: { products: ['CHATGPT', 'CODEX'] } },
  { name: 'null-products', source: './plugins/on-use', policy: { products: null } },
  { name: 'twice', source: './plugins/one' },
  { name: 'twice', source: './plugins/two' },
  { name: 'a.b', source: './plugins/one' },
  { name: '', source: './plugins/one' },
  { name: 'a b', source: './plugins/one' },
  { name: 'other', source: './plugins/one' },
  { name: '.', source: './plugins/one' },
  { name: '..', source: './plugins/one' },
  { name: 'dot.ted', source: './plugins/dot.ted' },
  { name: 'category', source: './plugins/bare', category: 'C' },
  {
    name: 'more',
    source: './plugins/bare',
    description: 'x',
    version: '9',
    keywords: ['k'],
    strict: false,
    skills: './s',
    author: { name: 'a' },
    interface: { displayName: 'x' }
  }
]

const ENTRY_CASES: ReadonlyArray<MarketplaceCase> = [
  {
    name: 'sources of plugins',
    plant: {
      [`mk/${MANIFEST}`]: {
        json: {
          name: 'e-mk',
          plugins: entries.map(([name, source]) => ({ name, source }))
        }
      },
      [`mk/plugins/ok/${PLUGIN}`]: { json: { version: '1.0.0' } },
      'mk/plugins/file.txt': 'x',
      'mk/plugins/link': { link: 'ok' },
      'mk/plugins/link-out': { link: '{{ROOT}}/out' },
      [`out/${PLUGIN}`]: { json: { description: 'out' } }
    },
    steps: [
      add(MK),
      list,
      ...entries
        .filter(([, source]) => !JSON.stringify(source).includes('url'))
        .filter(([, source]) => !JSON.stringify(source).includes('npm'))
        .flatMap(([name]) => [read(name), install(name)]),
      ...['url-https', 'url-github', 'url-up', 'url-empty'].map((name) => read(name)),
      list
    ]
  },
  {
    name: 'policies and names of plugins',
    plant: {
      [`mk/${MANIFEST}`]: { json: { name: 'p-mk', plugins: POLICIES } },
      ...Object.fromEntries(
        ['ok', 'by-default', 'on-use', 'one', 'two', 'dot.ted'].map((name) => [
          `mk/plugins/${name}/${PLUGIN}`,
          { json: { name, version: '1.0.0', description: name } }
        ])
      ),
      'mk/plugins/bare/x.txt': 'x'
    },
    steps: [
      add(MK),
      list,
      ...[
        'ok',
        'by-default',
        'on-use',
        'no-products',
        'codex',
        'chatgpt',
        'both',
        'twice',
        'a.b',
        '',
        'a b',
        'other',
        '.',
        '..',
        'dot.ted',
        'category',
        'more'
      ].flatMap((name) => [read(name), install(name)]),
      list
    ]
  }
]

/** Entries of folders without a manifest: what is in them may stand for it. */
const BARE: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  nothing: {},
  described: { description: 'D' },
  'blank-description': { description: '' },
  versioned: { version: ' 1.0.0 ' },
  'odd-version': { version: 'a/b' },
  'number-version': { version: 3 },
  'blank-version': { version: '' },
  keyed: { keywords: ['a', 'b'] },
  'odd-keys': { keywords: 'a' },
  tagged: { tags: ['a'] },
  'author-object': { author: { name: 'A', email: 'e' } },
  'author-text': { author: 'A' },
  'author-only-mail': { author: { email: 'e' } },
  homepage: { homepage: 'https://h.invalid' },
  repository: { repository: 'r', license: 'MIT' },
  unknown: { something: 1 },
  strict: { strict: false },
  policy: { policy: { installation: 'AVAILABLE' } },
  categorised: { category: 'C' },
  'both-categories': { category: 'C', interface: { category: 'D', displayName: 'N' } },
  faced: { interface: { displayName: 'N', logo: './l.png' } },
  'odd-face': { interface: { displayName: 3 } },
  'text-face': { interface: 'x' },
  'both-authors': { author: { name: 'A' }, interface: { developerName: 'B' } },
  skilled: { skills: './extra' },
  'skilled-list': { skills: ['./extra', './skills'] },
  served: { mcpServers: { s: { command: 'true' } } },
  'served-path': { mcpServers: './servers.json' },
  hooked: { hooks: './hooks.json' },
  apps: { apps: './apps.json' },
  named: { displayName: 'x', name2: 'y' },
  commands: { commands: ['./c'], agents: './a' },
  flat: {
    shortDescription: 's',
    longDescription: 'l',
    developerName: 'd',
    capabilities: ['Read'],
    defaultPrompt: 'p',
    brandColor: '#000000',
    logo: './l.png',
    composerIcon: './i.png',
    screenshots: ['./s.png'],
    privacyPolicyUrl: 'p',
    termsOfServiceUrl: 't',
    websiteUrl: 'w'
  },
  'odd-home': { homepage: 3, author: { name: 3 }, displayName: 3 },
  'blank-home': { homepage: ' ', author: { name: '' }, displayName: '' },
  'null-face-home': { homepage: 'h', interface: null },
  nulls: { description: null, version: null, category: null, interface: null }
}

const bareNames = Object.keys(BARE)

const BARE_CASES: ReadonlyArray<MarketplaceCase> = [
  {
    name: 'plugins without manifests',
    plant: {
      [`mk/${MANIFEST}`]: {
        json: {
          name: 'b-mk',
          plugins: [
            ...bareNames.map((name) => ({ name, source: './bare', ...BARE[name] })),
            {
              name: 'full',
              source: './full',
              description: 'E',
              version: '9',
              category: 'K',
              keywords: ['e'],
              skills: './none',
              interface: { displayName: 'E' }
            },
            { name: 'broken', source: './broken', description: 'E' },
            { name: 'missing', source: './missing', description: 'E' }
          ]
        }
      },
      'mk/bare/x.txt': 'x',
      'mk/bare/extra/e/SKILL.md': skill('e'),
      'mk/bare/skills/s/SKILL.md': skill('s'),
      'mk/bare/servers.json': '{"named":{"command":"true"}}',
      [`mk/full/${PLUGIN}`]: { json: { name: 'full', version: '1.0.0', description: 'F' } },
      [`mk/broken/${PLUGIN}`]: '{'
    },
    steps: [
      add(MK),
      list,
      ...[...bareNames, 'full', 'broken', 'missing'].flatMap((name) => [read(name), install(name)])
    ]
  }
]

const PLUGINS: Readonly<Record<string, string>> = {
  'no-json': '{',
  empty: '',
  array: '[]',
  nameless: '{}',
  'name-number': '{"name":3}',
  'name-other': '{"name":"zz"}',
  'name-blank': '{"name":"  "}',
  'version-blank': '{"version":" "}',
  'version-number': '{"version":3}',
  'version-padded': '{"version":" 1.2.3-beta+7 "}',
  'version-slash': '{"version":"1/2"}',
  'version-dots': '{"version":".."}',
  'version-null': '{"version":null}',
  'description-number': '{"description":3}',
  'keywords-text': '{"keywords":"x"}',
  'keywords-mixed': '{"keywords":["x",3]}',
  'keywords-null': '{"keywords":null}',
  'interface-empty': '{"interface":{}}',
  'interface-null': '{"interface":null}',
  'interface-text': '{"interface":"x"}',
  'interface-number': '{"interface":{"displayName":3}}',
  'capabilities-only': '{"interface":{"capabilities":[]}}',
  'prompt-text': '{"interface":{"defaultPrompt":"  a   b  "}}',
  'prompt-number': '{"interface":{"displayName":"x","defaultPrompt":3}}',
  'prompt-object': '{"interface":{"defaultPrompt":{"a":1}}}',
  'prompt-blank': '{"interface":{"defaultPrompt":["  ",3,"ok"]}}',
  'prompt-128': `{"interface":{"defaultPrompt":["${'x'.repeat(128)}","${'x'.repeat(129)}","${'x'.repeat(512)}","${'x'.repeat(513)}"]}}`,
  'prompt-4': '{"interface":{"defaultPrompt":["","1","2","3","4"]}}',
  'icons-bad':
    '{"interface":{"composerIcon":"x.png","logo":"./","logoDark":"./a/../b.png","screenshots":["./a//b.png","./a/./b.png",""]}}',
  'urls-camel': '{"interface":{"websiteUrl":"w","privacyPolicyUrl":"p","termsOfServiceUrl":"t"}}',
  'urls-both': '{"interface":{"websiteUrl":"w","websiteURL":"W"}}',
  'color-odd': '{"interface":{"brandColor":"red"}}',
  'skills-path': '{"skills":"./extra"}',
  'skills-list': '{"skills":["./extra","./more"]}',
  'skills-bad': '{"skills":"../extra"}',
  'skills-number': '{"skills":3}',
  'mcp-path': '{"mcpServers":"./servers.json"}',
  'mcp-inline':
    '{"mcpServers":{"inner":{"command":"true"},"bad":{"x":1},"two":{"command":"a","url":"b"}}}',
  'mcp-number': '{"mcpServers":3}',
  'apps-path': '{"apps":"./apps.json"}',
  'hooks-path': '{"hooks":"./my-hooks.json"}',
  'hooks-list': '{"hooks":["./my-hooks.json","./other-hooks.json"]}',
  'hooks-inline': '{"hooks":{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"true"}]}]}}}',
  'hooks-bare': '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"true"}]}]}}',
  'hooks-number': '{"hooks":3}',
  unknown:
    '{"author":{"name":"x"},"homepage":"h","repository":"r","license":"MIT","commands":"./c","agents":"./a"}'
}

const pluginNames = Object.keys(PLUGINS)
const HOOKS = (event: string): Json => ({
  hooks: { [event]: [{ matcher: '*', hooks: [{ type: 'command', command: 'true' }] }] }
})

const PLUGIN_CASES: ReadonlyArray<MarketplaceCase> = [
  {
    name: 'manifests of plugins',
    plant: {
      [`mk/${MANIFEST}`]: {
        json: { name: 'q-mk', plugins: pluginNames.map((name) => ({ name, source: `./${name}` })) }
      },
      ...Object.fromEntries(
        pluginNames.flatMap((name): ReadonlyArray<readonly [string, Planted]> => {
          const file = (path: string, what: Planted): readonly [string, Planted] => [
            `mk/${name}/${path}`,
            what
          ]
          return [
            file(PLUGIN, PLUGINS[name] ?? ''),
            ...(name.startsWith('skills')
              ? [
                  file('skills/usual/SKILL.md', skill('usual')),
                  file('extra/e/SKILL.md', skill('e')),
                  file('more/m/SKILL.md', skill('m'))
                ]
              : []),
            ...(name.startsWith('mcp')
              ? [
                  file('.mcp.json', { json: { mcpServers: { usual: { command: 'true' } } } }),
                  file('servers.json', { json: { named: { command: 'true' } } })
                ]
              : []),
            ...(name.startsWith('apps')
              ? [
                  file('.app.json', { json: { apps: { a: { id: 'usual' } } } }),
                  file('apps.json', { json: { apps: { a: { id: 'named' } } } })
                ]
              : []),
            ...(name.startsWith('hooks')
              ? [
                  file('hooks/hooks.json', { json: HOOKS('PreToolUse') }),
                  file('my-hooks.json', { json: HOOKS('PostToolUse') }),
                  file('other-hooks.json', { json: HOOKS('SessionStart') })
                ]
              : [])
          ]
        })
      )
    },
    steps: [add(MK), list, ...pluginNames.flatMap((name) => [read(name), install(name)]), list]
  },
  {
    name: 'servers, apps and hooks of plugins',
    plant: {
      [`mk/${MANIFEST}`]: {
        json: {
          name: 's-mk',
          plugins: [
            'mcp-wrapped',
            'mcp-snake',
            'mcp-bare',
            'mcp-broken',
            'mcp-mixed',
            'apps-odd',
            'apps-broken',
            'hooks-all',
            'hooks-broken',
            'hooks-odd',
            'skills-deep',
            'skills-off',
            'scheduled',
            'onboarding',
            'commands'
          ].map((name) => ({ name, source: `./${name}` }))
        }
      },
      [`mk/mcp-wrapped/${PLUGIN}`]: '{}',
      'mk/mcp-wrapped/.mcp.json':
        '{"mcpServers":{"b":{"command":"true"},"a":{"url":"https://x.invalid"}}}',
      [`mk/mcp-snake/${PLUGIN}`]: '{}',
      'mk/mcp-snake/.mcp.json': '{"mcp_servers":{"a":{"command":"true"}}}',
      [`mk/mcp-bare/${PLUGIN}`]: '{}',
      'mk/mcp-bare/.mcp.json':
        '{"a":{"command":"true"},"b":{"type":"stdio","command":"x","args":["y"],"env":{"K":"v"}}}',
      [`mk/mcp-broken/${PLUGIN}`]: '{}',
      'mk/mcp-broken/.mcp.json': '{"mcpServers":{',
      [`mk/mcp-mixed/${PLUGIN}`]: '{}',
      'mk/mcp-mixed/.mcp.json':
        '{"mcpServers":{"good":{"command":"true"},"none":{},"number":3,"text":"x","sse":{"type":"sse","url":"https://x.invalid"},"ws":{"type":"ws","url":"wss://x.invalid"},"off":{"command":"true","disabled":true,"enabled":false},"both":{"command":"a","url":"https://x.invalid"},"args":{"command":"a","args":3}}}',
      [`mk/apps-odd/${PLUGIN}`]: '{}',
      'mk/apps-odd/.app.json':
        '{"apps":{"z":{"id":"c2"},"a":{"id":"c1","category":"K","name":"N"},"dup":{"id":"c1"},"blank":{"id":" "}}}',
      [`mk/apps-broken/${PLUGIN}`]: '{}',
      'mk/apps-broken/.app.json': '{"apps":{"z":{"id":3},"a":{"id":"c1"}}}',
      [`mk/hooks-all/${PLUGIN}`]: '{}',
      'mk/hooks-all/hooks/hooks.json': {
        json: {
          hooks: Object.fromEntries(
            [
              'Stop',
              'PreToolUse',
              'PermissionRequest',
              'PostToolUse',
              'PreCompact',
              'PostCompact',
              'SessionStart',
              'UserPromptSubmit',
              'SubagentStart',
              'SubagentStop',
              'SessionEnd',
              'Notification',
              'Nope'
            ].map((event) => [
              event,
              [
                {
                  matcher: 'a',
                  hooks: [
                    { type: 'command', command: 'true' },
                    { type: 'prompt', prompt: 'x' },
                    { type: 'agent' }
                  ]
                },
                {
                  hooks: [
                    { type: 'command', command: 'true', async: true },
                    { type: 'command', command: ' ' }
                  ]
                }
              ]
            ])
          )
        }
      },
      [`mk/hooks-broken/${PLUGIN}`]: '{}',
      'mk/hooks-broken/hooks/hooks.json': '{"hooks":{"Stop":3}}',
      [`mk/hooks-odd/${PLUGIN}`]: '{}',
      'mk/hooks-odd/hooks/hooks.json': '{"Stop":[{"hooks":[{"type":"command","command":"true"}]}]}',
      [`mk/skills-deep/${PLUGIN}`]: '{"name":"skills-deep"}',
      'mk/skills-deep/skills/z/SKILL.md': skill('z'),
      'mk/skills-deep/skills/a/SKILL.md': skill('a'),
      'mk/skills-deep/skills/a/inner/SKILL.md': skill('inner'),
      'mk/skills-deep/skills/.hidden/SKILL.md': skill('hidden'),
      'mk/skills-deep/skills/nameless/SKILL.md':
        '---\ndescription: d\nmetadata:\n  short-description: s\n---\n',
      [`mk/skills-off/${PLUGIN}`]: '{"name":"skills-off"}',
      'mk/skills-off/skills/on/SKILL.md': skill('on'),
      'mk/skills-off/skills/by-name/SKILL.md': skill('by-name'),
      'mk/skills-off/skills/by-path/SKILL.md': skill('by-path'),
      [`mk/scheduled/${PLUGIN}`]: {
        json: {
          scheduledTasks: './tasks.json',
          interface: { displayName: 'S' }
        }
      },
      'mk/scheduled/tasks.json': {
        json: {
          tasks: [{ key: 'k', name: 'n', prompt: 'p', schedule: { type: 'daily', time: '09:00' } }]
        }
      },
      'mk/scheduled/scheduled_tasks.json': {
        json: [{ key: 'k', name: 'n', prompt: 'p', schedule: { type: 'daily', time: '09:00' } }]
      },
      [`mk/onboarding/${PLUGIN}`]:
        '{"name":"onboarding","onboardingSkill":"start","interface":{"onboardingSkill":"start"}}',
      'mk/onboarding/skills/start/SKILL.md': skill('start'),
      [`mk/commands/${PLUGIN}`]: '{"name":"commands"}',
      'mk/commands/commands/do.md': '---\ndescription: Do\n---\nDo $ARGUMENTS\n',
      'mk/commands/agents/a.md': '---\nname: a\ndescription: d\n---\nx\n'
    },
    config:
      '[[skills.config]]\nname = "skills-off:by-name"\nenabled = false\n\n[[skills.config]]\npath = "{{ROOT}}/mk/skills-off/skills/by-path/SKILL.md"\nenabled = false\n',
    steps: [
      add(MK),
      ...[
        'mcp-wrapped',
        'mcp-snake',
        'mcp-bare',
        'mcp-broken',
        'mcp-mixed',
        'apps-odd',
        'apps-broken',
        'hooks-all',
        'hooks-broken',
        'hooks-odd',
        'skills-deep',
        'skills-off',
        'scheduled',
        'onboarding',
        'commands'
      ].flatMap((name) => [read(name), install(name), read(name)])
    ]
  }
]

const CONFIGS: ReadonlyArray<MarketplaceCase> = [
  {
    name: 'odd tables of marketplaces',
    plant: {
      ...tiny('mk', 'v-mk'),
      ...tiny('two', 'two-mk'),
      ...tiny('three', 'three-mk'),
      ...tiny('user/.codex/.tmp/marketplaces/git-mk', 'git-mk')
    },
    config: [
      '[marketplaces.v-mk]\nsource_type = "local"\nsource = "{{ROOT}}/mk"\n',
      '[marketplaces.two-mk]\nsource = "{{ROOT}}/two"\n',
      '[marketplaces.gone-mk]\nsource_type = "local"\nsource = "{{ROOT}}/gone"\n',
      '[marketplaces.git-mk]\nsource_type = "git"\nsource = "https://git.example.invalid/x.git"\n',
      '[marketplaces."a.b"]\nsource_type = "local"\nsource = "{{ROOT}}/three"\n',
      '[marketplaces.blank-mk]\nsource_type = "local"\nsource = ""\n',
      '[marketplaces.rel-mk]\nsource_type = "local"\nsource = "three"\n'
    ].join('\n'),
    steps: [
      list,
      remove('gone-mk'),
      remove('two-mk'),
      remove('a.b'),
      remove('git-mk'),
      add(MK),
      list
    ]
  },
  {
    name: 'marketplaces that are no tables',
    plant: tiny('mk', 'v-mk'),
    config: 'marketplaces = 3\n',
    steps: [list, add(MK), remove('v-mk')]
  },
  {
    name: 'inline tables',
    plant: tiny('mk', 'v-mk'),
    config:
      'marketplaces = { x = { source_type = "local", source = "{{ROOT}}/none" } }\nplugins = { "a@b" = { enabled = true } }\n',
    steps: [list, add(MK), install('p'), uninstall('p@v-mk'), remove('v-mk'), remove('x')]
  },
  {
    name: 'no TOML',
    plant: tiny('mk', 'v-mk'),
    config: 'model = "x"\n[z\n',
    steps: [
      list,
      read('p'),
      add(MK),
      remove('v-mk'),
      install('p'),
      uninstall('p@v-mk'),
      ['marketplace/upgrade', {}]
    ]
  },
  {
    name: 'switched off',
    plant: tiny('mk', 'v-mk'),
    config:
      '[features]\nplugins = false\n\n[marketplaces.v-mk]\nsource_type = "local"\nsource = "{{ROOT}}/mk"\n',
    steps: [
      list,
      read('p'),
      add(MK),
      install('p'),
      uninstall('p@v-mk'),
      remove('v-mk'),
      ['marketplace/upgrade', {}]
    ]
  },
  {
    name: 'plugins without a marketplace',
    plant: {
      [`user/.codex/plugins/cache/other/q/1.0.0/${PLUGIN}`]: {
        json: { name: 'q', version: '1.0.0' }
      },
      [`user/.codex/plugins/cache/v-mk/p/0.0.1/${PLUGIN}`]: {
        json: { name: 'p', version: '0.0.1' }
      },
      ...tiny('mk', 'v-mk')
    },
    config: '[plugins."q@other"]\nenabled = true\n\n[plugins."r@other"]\nenabled = true\n',
    steps: [
      list,
      add(MK),
      list,
      uninstall('q@other'),
      uninstall('r@other'),
      list,
      uninstall('p@v-mk')
    ]
  }
]

/** Every case, in order. */
export const MARKETPLACE_CASES: ReadonlyArray<MarketplaceCase> = [
  ...LIFE,
  ...SOURCES,
  ...MANIFESTS,
  ...ENTRY_CASES,
  ...BARE_CASES,
  ...PLUGIN_CASES,
  ...CONFIGS
]
