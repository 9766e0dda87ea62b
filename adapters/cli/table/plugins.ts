/**
 * The command for plugins.
 */
import { AT_TIME, type CommandSpec } from './spec.ts'

/** The row of `unroll plugins`. */
export const plugins: CommandSpec = {
  name: 'plugins',
  args: ['<what>', '[plugin]', '[dir]'],
  summary: 'List, check, install and remove plugins; see what changed and who used them.',
  about: [
    '`<what>` is `list`, `verify`, `usage`, `history`, `install-local`, `install-remote`, `uninstall`, `sync` or `import-capture`. A plugin is ' +
      '`NAME@MARKETPLACE`. `list` shows those in the cache and in `config.toml`; `verify` says what is not as it ' +
      'should be. Both read without following a link, and change nothing.',
    '`install-local PLUGIN DIR` installs an unpacked bundle; it has no remote id afterwards. `install-remote PLUGIN DIR --remote-id ID` ' +
      'installs the bundle of a release of the backend under the id that the backend gave it. `uninstall PLUGIN` removes it with its ' +
      'sidecar and its table in `config.toml`. `sync FILE` brings the cache to what a list of the backend says, as Codex does when it starts ' +
      '(see docs/PLUGINS.md for the list; `-` is stdin). Nothing is ever downloaded.',
    '`import-capture FILE` notes what a capture of Codex’s analytics tells of plugins: installs, removals, failures, attempts to enable or ' +
      'disable, and use. Events have neither an id nor a time: a file that is imported again is noted again.',
    'With a store only `usage` and `history` are answered, from what it holds: the others are about the files of a home, which `--store file` asks for.',
    '`history [PLUGIN]` shows what changed, as far as it was observed: the commands that change plugins observe the home, and so does ' +
      '`list --record`. `usage [PLUGIN]` shows which threads used plugins, and in which version.'
  ],
  options: [
    {
      name: 'remote-id',
      value: 'ID',
      text: '`install-remote`: the id that the backend gave the plugin. Required there.'
    },
    {
      name: 'release',
      value: 'VERSION',
      text: '`install-remote`: the version of the release. Default: that of the manifest.'
    },
    { name: 'record', text: '`list`: note in the home what is new since it was observed last.' },
    { name: 'dry-run', text: 'Print what would happen, and change nothing.' },
    AT_TIME
  ],
  output: {
    human:
      '`list`, `history` and `usage` a table, `verify` two lines per finding, the others what they did.',
    tsv:
      '`list`: id, active version, enabled, remote id and its source, state of the sidecar, other versions. `verify`: kind, plugin, path, message, ' +
      'next command. `history`: time, plugin, change, from, to, source. `usage`: plugin, version, how sure it is, kind, skill or tool, thread, turn, time.',
    json:
      'one object per line. `list`: `{"localId","seen","faults"}`; `verify`: `{"kind","pluginId","path","message","next"}`; `history` and ' +
      '`usage` as in docs/PLUGINS.md; an install or uninstall: `{"pluginId","happening","version","removedVersions","metadata","event","changes"}`; ' +
      '`sync`: `{"installed","noted","removed","failed","changes"}`; `import-capture`: `{"events","damagedLines","changes"}`.'
  },
  exits: [0, 1, 2, 3, 4, 5, 6, 7, 8],
  examples: [
    ['unroll plugins list', 'what is installed'],
    ['unroll plugins verify', 'exit code 1 when something is not as it should be'],
    ['unroll plugins install-local linear@mine ./linear', 'install an unpacked bundle'],
    ['unroll plugins sync installed.json --dry-run', 'what the list of the backend would change'],
    ['unroll plugins usage linear@mine', 'which threads used it, and in which version']
  ]
}
