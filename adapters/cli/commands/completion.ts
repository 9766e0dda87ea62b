/**
 * unroll completion: a script for a shell, made from the command table. Only threads, turns and plugins are asked for while
 * somebody types.
 */
import * as E from 'fp-ts/lib/Either.js'
import { mkdirSync } from 'node:fs'
import { isAbsolute, join, dirname } from 'node:path'
import { replaceFile } from '../../home/replace-file.ts'
import { flagOf } from '../args.ts'
import type { Io } from '../io.ts'
import type { FreeCommand } from '../session.ts'
import { note, usage, type CommandFailure } from '../text/report.ts'
import { oneLine } from '../text/text.ts'

const MODE = 0o644

/** Shells that there is a script for. */
type Shell = 'bash' | 'zsh' | 'fish' | 'powershell'

const scriptOf = async (shell: Shell): Promise<string> => {
  switch (shell) {
    case 'bash':
      return (await import('../completion/bash.ts')).bashScript()
    case 'zsh':
      return (await import('../completion/zsh.ts')).zshScript()
    case 'fish':
      return (await import('../completion/fish.ts')).fishScript()
    case 'powershell':
      return (await import('../completion/powershell.ts')).powershellScript()
  }
}

/** Where a script goes, and what is left to do there; null for a shell without a usual folder. */
interface UsualPlace {
  readonly path: string
  readonly then: string
}

const folderOf = (
  { env }: Io,
  variable: string,
  ...below: ReadonlyArray<string>
): string | null => {
  const named = env[variable] ?? ''
  const home = env['HOME'] ?? ''
  if (isAbsolute(named)) return named
  return isAbsolute(home) ? join(home, ...below) : null
}

const usualPlace = (shell: Shell, io: Io): UsualPlace | null => {
  const data = folderOf(io, 'XDG_DATA_HOME', '.local', 'share')
  const config = folderOf(io, 'XDG_CONFIG_HOME', '.config')
  if (shell === 'bash' && data !== null)
    return {
      path: join(data, 'bash-completion', 'completions', 'unroll'),
      then: 'Open a new shell. Without the package bash-completion, add to ~/.bashrc: source <(unroll completion bash)'
    }
  if (shell === 'zsh' && data !== null) {
    const folder = join(data, 'zsh', 'site-functions')
    return {
      path: join(folder, '_unroll'),
      then: `Open a new shell. If that folder is not in $fpath, add to ~/.zshrc before compinit: fpath=(${folder} $fpath)`
    }
  }
  if (shell === 'fish' && config !== null)
    return { path: join(config, 'fish', 'completions', 'unroll.fish'), then: 'Open a new shell.' }
  return null
}

const install = (shell: Shell, script: string, io: Io): E.Either<CommandFailure, number> => {
  const place = usualPlace(shell, io)
  if (place === null)
    return E.left(
      usage(
        `there is no usual folder for completions of ${shell}`,
        shell === 'powershell'
          ? 'add this line to $PROFILE: unroll completion powershell | Out-String | Invoke-Expression'
          : `write it where you want it: "unroll completion ${shell}" > FILE`
      )
    )
  mkdirSync(dirname(place.path), { recursive: true })
  replaceFile(place.path, script, { temporary: `${place.path}.tmp`, mode: MODE })
  note(oneLine(`Wrote ${place.path}`), io)
  note(oneLine(place.then), io)
  return E.right(0)
}

export const completionCommand: FreeCommand = async (input, io) => {
  const shell = input.args[0] as Shell
  const script = await scriptOf(shell)
  if (flagOf(input, 'install')) return install(shell, script, io)
  await io.out(script)
  return 0
}
