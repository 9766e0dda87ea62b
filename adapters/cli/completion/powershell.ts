/**
 * Completion for PowerShell, 5.1 and later.
 */
import {
  COMPLETED_COMMANDS,
  COMPLETED_FORMS,
  COMPLETED_GLOBALS,
  COMPLETED_WORDS,
  VALUED,
  writtenValue,
  type CompletedOption,
  type Described
} from './words.ts'

const quoted = (text: string): string => `'${text.replace(/'/g, "''")}'`

const table = (entries: ReadonlyArray<readonly [string, string]>): string =>
  `[ordered]@{ ${entries.map(([name, value]) => `${quoted(name)} = ${quoted(value)}`).join('; ')} }`

const options = (all: ReadonlyArray<CompletedOption>): string =>
  table(all.flatMap(({ names, text }) => names.map((name) => [name, text] as const)))

const values = (all: ReadonlyArray<CompletedOption>): string =>
  table(
    all.flatMap(({ names, value }) =>
      value === null ? [] : names.map((name) => [name, writtenValue(value)] as const)
    )
  )

const words = (all: Described): string => table(all)

const forms = (): string =>
  COMPLETED_FORMS.flatMap(({ titles, options: own, args, many }) =>
    titles.map((title) => {
      const kinds = args.map((kind) => quoted(`@${kind}`)).join(', ')
      return `  ${quoted(title)} = @{ options = ${options(own)}; values = ${values(own)}; args = @(${kinds}); many = $${String(many)} }`
    })
  ).join('\n')

export const powershellScript =
  (): string => `# PowerShell completion for unroll; made by "unroll completion powershell"
$UnrollForms = @{
${forms()}
}
$UnrollCommands = ${words(COMPLETED_COMMANDS)}
$UnrollWords = @{
${COMPLETED_WORDS.map(([command, each]) => `  ${quoted(command)} = ${words(each)}`).join('\n')}
}
$UnrollGlobals = ${options(COMPLETED_GLOBALS)}
$UnrollGlobalValues = ${values(COMPLETED_GLOBALS)}
$UnrollValued = @(${VALUED.map(quoted).join(', ')})

Register-ArgumentCompleter -Native -CommandName unroll -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $typed = @($commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  $before = @($typed | Select-Object -Skip 1)
  if ($wordToComplete -ne '' -and $before.Count -gt 0) { $before = @($before | Select-Object -SkipLast 1) }
  $command = ''; $form = ''; $prev = ''; $place = 0
  foreach ($word in $before) {
    if ($prev -ne '') { $prev = '' }
    elseif ($word.StartsWith('-')) { if ($UnrollValued -ccontains $word) { $prev = $word } }
    elseif ($command -eq '') { $command = $word; $form = $word }
    elseif ($form -eq $command -and $place -eq 0 -and $UnrollWords.ContainsKey($command) -and $UnrollWords[$command].Contains($word)) { $form = "$command $word" }
    else { $place++ }
  }
  $known = $UnrollForms[$form]
  $spec = ''
  $found = [ordered]@{}
  if ($prev -ne '') {
    if ($known -and $known.values.Contains($prev)) { $spec = $known.values[$prev] }
    elseif ($UnrollGlobalValues.Contains($prev)) { $spec = $UnrollGlobalValues[$prev] }
  } elseif ($wordToComplete.StartsWith('-')) {
    if ($known) { foreach ($name in $known.options.Keys) { $found[$name] = $known.options[$name] } }
    foreach ($name in $UnrollGlobals.Keys) { $found[$name] = $UnrollGlobals[$name] }
  } elseif ($command -eq '') { $found = $UnrollCommands }
  else {
    if ($form -eq $command -and $place -eq 0 -and $UnrollWords.ContainsKey($command)) { foreach ($name in $UnrollWords[$command].Keys) { $found[$name] = $UnrollWords[$command][$name] } }
    if ($known -and $known.args.Count -gt 0) {
      if ($place -lt $known.args.Count) { $spec = $known.args[$place] } elseif ($known.many) { $spec = $known.args[-1] }
    }
  }
  if ($spec -in '@thread', '@turn', '@plugin') {
    & $typed[0] __complete @before $wordToComplete 2>$null | ForEach-Object {
      $value, $name = $_ -split "\`t", 2
      [System.Management.Automation.CompletionResult]::new($value, "$value  $name", 'ParameterValue', $(if ($name) { $name } else { $value }))
    }
    return
  }
  if ($spec -eq '@command') { $found = $UnrollCommands }
  elseif ($spec -ne '' -and -not $spec.StartsWith('@')) { foreach ($choice in $spec.Split('|')) { $found[$choice] = $choice } }
  foreach ($name in $found.Keys) {
    if ($name.StartsWith($wordToComplete)) {
      [System.Management.Automation.CompletionResult]::new($name, $name, 'ParameterValue', $found[$name])
    }
  }
}
`
