/**
 * unroll help --why: which settings hold, and where each value comes from.
 */
import * as E from 'fp-ts/lib/Either.js'
import { defaultHome } from '../../../home/places.ts'
import { withoutSecrets } from '../../../log/eventstore/connection/connection-string.ts'
import { textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { PAGER_DEFAULT } from '../../terminal/pager.ts'
import type { CommandEnd } from '../../session.ts'
import {
  isSet,
  readSettings,
  SETTING_KEYS,
  VARIABLES,
  type SettingKey,
  type PersonSettings
} from '../../settings.ts'
import { printRows } from '../../text/row-form.ts'
import { column, type Columns } from '../../text/rows.ts'
import { note } from '../../text/report.ts'

/** A setting that holds, and why. */
interface SettingRow {
  readonly setting: string
  readonly value: string
  readonly from: string
}

export const WHY: Columns<SettingRow> = [
  column('setting', ({ setting }) => setting, { head: 'SETTING' }),
  column('value', ({ value }) => value, { head: 'VALUE', flex: 10 }),
  column('from', ({ from }) => from, { head: 'FROM' })
]

/** What holds where nothing else is said. */
const DEFAULTS: Readonly<Record<SettingKey, () => string>> = {
  home: () => defaultHome({}),
  tz: () => new Intl.DateTimeFormat().resolvedOptions().timeZone,
  prices: () => 'none',
  pager: () => PAGER_DEFAULT,
  color: () => 'auto'
}

const byVariable = (setting: string, variable: string, { env }: Io): SettingRow => ({
  setting,
  value: env[variable] ?? '',
  from: `$${variable}`
})

const rowOf = (
  setting: SettingKey,
  { values }: PersonSettings,
  input: Input,
  io: Io
): SettingRow => {
  const given = textOf(input, setting)
  if (given !== undefined) return { setting, value: given, from: `--${setting}` }
  const variable = VARIABLES[setting].find((name) => isSet(io.env, name))
  if (variable !== undefined) return byVariable(setting, variable, io)
  const written = values[setting]
  return written === undefined
    ? { setting, value: DEFAULTS[setting](), from: 'default' }
    : { setting, value: written, from: 'config.toml' }
}

const storeRow = (input: Input, io: Io): SettingRow => {
  const given = textOf(input, 'store')
  if (given !== undefined)
    return { setting: 'store', value: withoutSecrets(given), from: '--store' }
  const row = byVariable('store', 'UNROLL_STORE', io)
  return row.value === ''
    ? { setting: 'store', value: 'none', from: 'default' }
    : { ...row, value: withoutSecrets(row.value) }
}

export const whyCommand = async (input: Input, io: Io): Promise<CommandEnd> => {
  const read = await readSettings(io.env)
  if (E.isLeft(read)) return read
  const { path, isThere, aliases } = read.right
  const rows = [
    ...SETTING_KEYS.map((key) => rowOf(key, read.right, input, io)),
    storeRow(input, io),
    ...[...aliases].map(([name, words]) => {
      return { setting: `alias ${name}`, value: words.join(' '), from: 'config.toml' }
    })
  ]
  note(`config.toml: ${path ?? 'none'}${path === null || isThere ? '' : ' (does not exist)'}`, io)
  return printRows({ columns: WHY, nothing: '' }, rows, input, io)
}
