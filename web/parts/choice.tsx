/**
 * A choice that is kept in the address.
 */
import { setQuery } from '../state/location.ts'

interface ChoiceProps {
  readonly label: string
  /** Its name in the address. */
  readonly name: string
  readonly value: string
  readonly options: ReadonlyArray<readonly [value: string, text: string]>
}

/** An option with an empty value takes the choice out of the address. */
export const Choice = ({ label, name, value, options }: ChoiceProps) => (
  <label>
    {label}{' '}
    <select
      value={value}
      onChange={(event) => setQuery({ [name]: event.currentTarget.value || null })}
    >
      {options.map(([key, text]) => (
        <option value={key}>{text}</option>
      ))}
    </select>
  </label>
)
