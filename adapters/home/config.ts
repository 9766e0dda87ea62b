/**
 * What unroll needs from a home's `config.toml`: the model provider that unnamed threads belong to.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'

/** Codex's own default when the configuration names none. */
export const DEFAULT_PROVIDER = 'openai'

/** Provider named in `config.toml`; the default when the file is missing or cannot be read as TOML. */
export const configuredProvider = (home: string): string => {
  try {
    const provider = parse(readFileSync(join(home, 'config.toml'), 'utf8'))['model_provider']
    return typeof provider === 'string' ? provider : DEFAULT_PROVIDER
  } catch {
    return DEFAULT_PROVIDER
  }
}
